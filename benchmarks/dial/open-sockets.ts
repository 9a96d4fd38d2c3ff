import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

// of proc_pid_net(5)
const ESTABLISHED = '01'
const SYN_SENT = '02'
const CLOSE_WAIT = '08'

/** The TCP sockets of a process that are open or being opened. */
export function openSockets (pid: number): number {
  const own = socketInodes(pid)

  return socketsIn(pid, [ESTABLISHED, SYN_SENT, CLOSE_WAIT]).filter(inode => own.has(inode)).length
}

/** The TCP sockets that are being opened, in the network namespace of a process. */
export function halfOpenSockets (pid: number): number {
  return socketsIn(pid, [SYN_SENT]).length
}

/** How often anybody in the network namespace of a process has called connect(2) on a TCP socket: ActiveOpens of RFC 4022. */
export function openedSockets (pid: number): number {
  const [names, values] = readFileSync(`/proc/${pid}/net/snmp`, 'utf8')
    .split('\n')
    .filter(line => line.startsWith('Tcp:'))
    .map(line => line.split(' '))

  return Number(values?.[names?.indexOf('ActiveOpens') ?? -1])
}

/** Inodes of the namespace's sockets. */
function socketsIn (pid: number, states: string[]): string[] {
  return ['tcp', 'tcp6']
    .flatMap(table => readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n'))
    .map(line => line.trim().split(/\s+/))
    .filter(({ 3: state = '' }) => states.includes(state))
    .map(({ 9: inode = '' }) => inode)
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
