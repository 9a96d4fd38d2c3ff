import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

// of proc_pid_net(5)
const ESTABLISHED = '01'
const SYN_SENT = '02'
const CLOSE_WAIT = '08'

/** The TCP sockets of a process that are open or being opened. */
export function openSockets (pid: number): number {
  return socketsOf(pid, [ESTABLISHED, SYN_SENT, CLOSE_WAIT])
}

/** The TCP sockets of a process that are being opened. */
export function halfOpenSockets (pid: number): number {
  return socketsOf(pid, [SYN_SENT])
}

/** How often anybody in the network namespace of a process has called connect(2) on a TCP socket: ActiveOpens of RFC 4022. */
export function openedSockets (pid: number): number {
  const [names, values] = readFileSync(`/proc/${pid}/net/snmp`, 'utf8')
    .split('\n')
    .filter(line => line.startsWith('Tcp:'))
    .map(line => line.split(' '))

  return Number(values?.[names?.indexOf('ActiveOpens') ?? -1])
}

/** The table is of the namespace: of its sockets, those of the process are counted. */
function socketsOf (pid: number, states: string[]): number {
  const own = socketInodes(pid)

  return ['tcp', 'tcp6']
    .flatMap(table => readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n'))
    .map(line => line.trim().split(/\s+/))
    .filter(({ 3: state = '', 9: inode = '' }) => states.includes(state) && own.has(inode))
    .length
}

function socketInodes (pid: number): Set<string> {
  const inodes = new Set<string>()

  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    const inode = /^socket:\[(\d+)\]$/.exec(linkTarget(`/proc/${pid}/fd/${fd}`))?.[1]

    if (inode != null) {
      inodes.add(inode)
    }
  }

  return inodes
}

/** Empty if the descriptor was closed since the directory was read. */
function linkTarget (path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
