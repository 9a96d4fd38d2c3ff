const SVG = 'http://www.w3.org/2000/svg'
const SIZE = 5

/** Draws into `svg` a pattern by which a peer id is known at a glance; it proves nothing. */
export function drawIdenticon (svg: SVGElement, peerId: string): void {
  const hash = hashOf(peerId)
  const hue = hash % 360

  svg.replaceChildren()
  svg.setAttribute('viewBox', `-0.5 -0.5 ${SIZE + 1} ${SIZE + 1}`)

  for (let cell = 0; cell < SIZE * 3; cell++) {
    const x = Math.floor(cell / SIZE)
    const y = cell % SIZE

    if ((hash >>> (cell + 9) & 1) === 1) {
      svg.append(square(x, y, hue))

      if (x < 2) {
        svg.append(square(SIZE - 1 - x, y, hue))
      }
    }
  }
}

function square (x: number, y: number, hue: number): SVGElement {
  const rect = document.createElementNS(SVG, 'rect')

  for (const [name, value] of Object.entries({ x, y, width: 1.02, height: 1.02, fill: `hsl(${hue} 55% 48%)` })) {
    rect.setAttribute(name, `${value}`)
  }

  return rect
}

/** FNV-1a, 32 bits. */
function hashOf (text: string): number {
  let hash = 0x811c9dc5

  for (const char of text) {
    hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0
  }

  return hash
}
