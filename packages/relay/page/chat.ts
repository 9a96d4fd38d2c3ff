import { RelayClient } from '../src/client/index.ts'
import { Conversation } from './conversation.ts'
import { element, hideProblem, showConversation, showIdentity, showPeers, showProblem, showStatus } from './view.ts'
import type { RelayStream } from '../src/client/index.ts'

/** Each message is one frame of UTF-8 text. */
const PROTOCOL = '/x/libp2p-ws-chat/1.0.0'

/** Of this tab alone: the relay lets a key be one peer at a time. */
const KEY = 'peer-key'

/** After a reload the relay may still be seeing the old page off. */
const RETRY_DELAY = 1_000
const RETRIES = 3

const conversations = new Map<string, Conversation>()
const unread = new Map<Conversation, number>()
let client: RelayClient | undefined
let current: Conversation | undefined

element('retry').addEventListener('click', () => { void start() })
element('new-identity').addEventListener('click', () => {
  sessionStorage.removeItem(KEY)
  void start()
})
element('dismiss').addEventListener('click', hideProblem)
element('copy').addEventListener('click', () => { void copyConnectString() })
element('hang-up').addEventListener('click', () => { current?.leave() })
element('connect-form').addEventListener('submit', event => {
  event.preventDefault()
  void connect()
})
element('message-form').addEventListener('submit', event => {
  event.preventDefault()
  void send()
})

await start()

/** Becomes a peer, the one of before where the page was only loaded again. */
async function start (): Promise<void> {
  hideProblem()
  showStatus('connecting', 'Connecting to the relay…')

  try {
    client = await connectToRelay()
  } catch (err) {
    showStatus('offline', 'Not connected')
    showProblem(`No place on the network: ${(err as Error).message}`)
    return
  }

  sessionStorage.setItem(KEY, client.key)
  showIdentity(client)
  client.onerror = error => { showProblem(error.message) }
  void client.closed.then(reason => { stopped(reason) })

  try {
    await client.listen(PROTOCOL, stream => { talk(stream, 'They connected to you.') }, { frames: true })
  } catch (err) {
    showProblem(`Nobody can connect to you: ${(err as Error).message}`)
  }

  element<HTMLButtonElement>('connect').disabled = false
  showStatus('online', client.isPublic ? 'Connected, with a public address' : 'Connected')
}

async function connectToRelay (): Promise<RelayClient> {
  const url = new URL('libp2p', location.href)
  url.protocol = url.protocol.replace('http', 'ws')
  const key = sessionStorage.getItem(KEY) ?? ''

  for (let attempt = 1; ; attempt++) {
    try {
      return await RelayClient.connect(url, { key })
    } catch (err) {
      if (attempt === RETRIES || !(err as Error).message.includes('in use')) {
        throw err
      }

      await new Promise(resolve => { setTimeout(resolve, RETRY_DELAY) })
    }
  }
}

function stopped (reason: Error): void {
  client = undefined
  element<HTMLButtonElement>('connect').disabled = true
  showStatus('offline', 'Not connected')
  showProblem(reason.message)
}

async function connect (): Promise<void> {
  const input = element<HTMLInputElement>('peer')
  const button = element<HTMLButtonElement>('connect')
  button.disabled = true
  hideProblem()

  try {
    const stream = await client?.connect(input.value, PROTOCOL, { frames: true })

    if (stream !== undefined) {
      input.value = ''
      select(talk(stream, 'You connected to them.'))
      element('message').focus()
    }
  } catch (err) {
    showProblem(`Could not connect: ${(err as Error).message}`)
  }

  button.disabled = client === undefined
}

async function send (): Promise<void> {
  const input = element<HTMLInputElement>('message')
  const text = input.value.trim()

  if (text === '' || current === undefined) {
    return
  }

  try {
    await current.send(text)
    input.value = ''
  } catch (err) {
    showProblem(`Not sent: ${(err as Error).message}`)
  }
}

function talk (stream: RelayStream, note: string): Conversation {
  const conversation = conversations.get(stream.peerId) ?? new Conversation(stream.peerId, changed)
  conversations.set(stream.peerId, conversation)
  current ??= conversation
  void conversation.run(stream, note)

  return conversation
}

function changed (conversation: Conversation): void {
  if (conversation === current) {
    showConversation(current, false)
  } else if (conversation.lines.at(-1)?.kind === 'theirs') {
    unread.set(conversation, (unread.get(conversation) ?? 0) + 1)
  }

  showPeers(conversations.values(), current, unread, select)
}

function select (conversation: Conversation): void {
  current = conversation
  unread.delete(conversation)
  showConversation(current, true)
  showPeers(conversations.values(), current, unread, select)
}

/** Pages from a plain http origin have no clipboard; there the text is left selected. */
async function copyConnectString (): Promise<void> {
  const input = element<HTMLInputElement>('connect-string')
  const button = element('copy')
  input.select()

  try {
    await navigator.clipboard.writeText(input.value)
    button.textContent = 'Copied'
    setTimeout(() => { button.textContent = 'Copy' }, 2_000)
  } catch {
    button.textContent = 'Selected'
  }
}
