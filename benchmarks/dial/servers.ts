// Runs among the listeners, until standard input closes: TCP ports that accept
// and never say a word, one with a certificate that nobody trusts, and a name
// server that is slow or never answers.
import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { ADDRESS } from './network.ts'
import { SLOW_NAME, SLOW_NAME_DELAY, STALLED_PORTS, WRONG_CERTIFICATE_PORT } from './places.ts'

const TYPE_A = 1
const HEADER_LENGTH = 12

for (const port of STALLED_PORTS) {
  await once(createServer((socket) => { socket.on('error', () => {}) }).listen(port, ADDRESS.listener), 'listening')
}

const certificate = selfSigned()
const tlsServer = createTlsServer({ key: certificate, cert: certificate }, (socket) => { socket.on('error', () => {}) })
await once(tlsServer.listen(WRONG_CERTIFICATE_PORT, ADDRESS.listener), 'listening')

const nameServer = createSocket('udp4')
nameServer.on('message', (query, { address, port }) => {
  const answer = answerTo(query)

  if (answer != null) {
    setTimeout(() => { nameServer.send(answer, port, address) }, SLOW_NAME_DELAY)
  }
})
nameServer.bind(53, ADDRESS.listener)
await once(nameServer, 'listening')

process.stdout.write('ready\n')
process.stdin.on('end', () => { process.exit() }).resume()

/** A certificate of nobody's, and its key, PEM. */
function selfSigned (): Buffer {
  return execFileSync('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
    '-subj', '/CN=dial.test', '-keyout', '-', '-out', '-'
  ], { stdio: ['ignore', 'pipe', 'ignore'] })
}

/** The answer of RFC 1035 to a question for SLOW_NAME: its one A record, or nothing of that type. */
function answerTo (query: Buffer): Buffer | undefined {
  const { name, end } = readName(query)

  if (name !== SLOW_NAME) {
    return
  }

  const question = query.subarray(HEADER_LENGTH, end + 4)
  const isA = query.readUInt16BE(end) === TYPE_A
  const header = Buffer.from(query.subarray(0, HEADER_LENGTH))
  header.writeUInt16BE(0x8180, 2) // a response without error, recursion asked for and to be had
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(isA ? 1 : 0, 6)
  header.writeUInt32BE(0, 8)

  const record = Buffer.from([0xc0, HEADER_LENGTH, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4, ...ADDRESS.listener.split('.').map(Number)])
  return Buffer.concat(isA ? [header, question, record] : [header, question])
}

function readName (query: Buffer): { name: string, end: number } {
  const labels: string[] = []
  let offset = HEADER_LENGTH

  while (query[offset] !== 0 && offset < query.length) {
    const length = query[offset] ?? 0
    labels.push(query.toString('latin1', offset + 1, offset + 1 + length))
    offset += 1 + length
  }

  return { name: labels.join('.').toLowerCase(), end: offset + 1 }
}
