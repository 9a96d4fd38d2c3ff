import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Of proc_pid_net(5): ESTABLISHED, SYN_SENT and CLOSE_WAIT. */
const OPEN_STATES = ['01', '02', '08']

/** The TCP sockets of a process that are open or being opened. */
export function openSockets (pid: number): number {
  const own = socketInodes(pid)

  return ['tcp', 'tcp6']
    .flatMap(table => readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n'))
    .map(line => line.trim().split(/\s+/))
    .filter(({ 3: state = '', 9: inode = '' }) => OPEN_STATES.includes(state) && own.has(inode))
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
