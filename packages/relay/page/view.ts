import { drawIdenticon } from './identicon.ts'
import type { Conversation, Line } from './conversation.ts'
import type { RelayClient } from '../src/client/index.ts'

/** The element of chat.html with that id. */
export function element<T extends Element = HTMLElement> (id: string): T {
  const found = document.getElementById(id)

  if (found === null) {
    throw new Error(`the page has no element "${id}"`)
  }

  return found as unknown as T
}

export function showStatus (state: 'connecting' | 'online' | 'offline', text: string): void {
  const status = element('status')
  status.dataset.state = state
  status.textContent = text
}

export function showProblem (text: string): void {
  element('problem-text').textContent = text
  element('problem').hidden = false
}

export function hideProblem (): void {
  element('problem').hidden = true
}

export function showIdentity (client: RelayClient): void {
  element('my-id').textContent = client.peerId
  element<HTMLInputElement>('connect-string').value = client.connectString
  element('addresses').replaceChildren(...client.addresses.map(address => textItem('li', `${address}/p2p/${client.peerId}`)))
  drawIdenticon(element<SVGElement>('my-icon'), client.peerId)
}

export function showPeers (conversations: Iterable<Conversation>, current: Conversation | undefined, unread: Map<Conversation, number>, onSelect: (conversation: Conversation) => void): void {
  const items = [...conversations].map(conversation => {
    const item = document.createElement('li')
    item.append(peerButton(conversation, conversation === current, unread.get(conversation) ?? 0, onSelect))

    return item
  })

  element('peers').replaceChildren(...items)
  element('no-peers').hidden = items.length > 0
}

export function showConversation (conversation: Conversation | undefined, isNew: boolean): void {
  const messages = element('messages')
  const lines = conversation?.lines ?? []

  if (isNew) {
    messages.replaceChildren()
  }

  // Only what is new, so that a screen reader does not read all of it again.
  messages.append(...lines.slice(messages.childElementCount).map(lineItem))
  messages.scrollTop = messages.scrollHeight

  element('talk-title').textContent = conversation === undefined ? 'No conversation' : `With ${shortId(conversation.peerId)}`

  for (const id of ['message', 'send', 'hang-up']) {
    element<HTMLButtonElement>(id).disabled = conversation?.isOpen !== true
  }
}

function peerButton (conversation: Conversation, isCurrent: boolean, unread: number, onSelect: (conversation: Conversation) => void): HTMLElement {
  const button = document.createElement('button')
  const icon = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  icon.setAttribute('class', 'icon')
  icon.setAttribute('aria-hidden', 'true')
  drawIdenticon(icon, conversation.peerId)

  button.type = 'button'
  button.title = conversation.peerId
  button.setAttribute('aria-current', `${isCurrent}`)
  button.append(icon, textItem('span', shortId(conversation.peerId), 'name mono'))
  button.append(unread > 0 ? textItem('span', `${unread}`, 'unread') : textItem('span', conversation.isOpen ? 'connected' : 'gone', 'state'))
  button.addEventListener('click', () => { onSelect(conversation) })

  return button
}

function lineItem ({ kind, text, time }: Line): HTMLElement {
  const item = textItem('li', text, kind)

  if (kind !== 'note') {
    const clock = textItem('time', time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }))
    clock.setAttribute('datetime', time.toISOString())
    item.append(clock)
  }

  return item
}

function textItem (tag: string, text: string, className = ''): HTMLElement {
  const item = document.createElement(tag)
  item.className = className
  item.textContent = text

  return item
}

/** All ed25519 ids begin alike, so their ends are shown. */
function shortId (peerId: string): string {
  return `…${peerId.slice(-12)}`
}
