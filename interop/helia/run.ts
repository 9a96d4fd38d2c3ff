/**
 * Files between IPFS nodes over ws, both ways: Helia on `@libp2p-ws/host`, Helia
 * on js-libp2p, and Kubo.
 *
 *   node interop/helia/run.ts [mebibytes, default 100]
 *
 * Writes results.md when all 100 are asked for. Ends with 1 when bytes differ or
 * do not arrive.
 */
import { writeFile } from 'node:fs/promises'
import { helia } from './helia.ts'
import { KUBO, kubo } from './kubo.ts'
import { installWorkspaces } from './workspaces.ts'
import type { PartyKind } from './parties.ts'

const DEFAULT_MEBIBYTES = 100
const mebibytes = Number(process.argv[2] ?? DEFAULT_MEBIBYTES)
const [stock6, ours6, stock7, ours7] = (await installWorkspaces()).map(helia) as [PartyKind, PartyKind, PartyKind, PartyKind]
const notes: string[] = []
const go = await kubo().catch(err => {
  notes.push(`Kubo ${KUBO.version} could not be built: ${err.message.split('\n')[0]}`)

  return undefined
})

const pairs: Array<[PartyKind, PartyKind]> = [[ours6, stock6], [ours7, stock7], [ours6, ours7]]
go != null && pairs.push([ours6, go], [ours7, go], [stock6, go])

const lines = ['| from | to | bytes | |', '|---|---|---|---|']
process.stdout.write(`${lines.join('\n')}\n`)

for (const [from, to] of pairs.flatMap(([a, b]): Array<[PartyKind, PartyKind]> => [[a, b], [b, a]])) {
  const line = `| ${from.name} | ${to.name} | ${await transfer(from, to)} |`
  lines.push(line)
  process.stdout.write(`${line}\n`)
}

notes.forEach(note => { process.stdout.write(`${note}\n`) })

if (mebibytes === DEFAULT_MEBIBYTES) {
  await writeFile(new URL('results.md', import.meta.url), [
    '# Files between IPFS nodes',
    '',
    'Written by `node interop/helia/run.ts`. Each row is a file of random bytes, added at',
    'one node and fetched by the other over one ws connection, which the fetching node',
    'dials; the SHA-256 of both ends is compared.',
    '',
    ...lines,
    '',
    ...notes.flatMap(note => [`- ${note}`, ''])
  ].join('\n'))
}

/** What came of it, as cells of the table. */
async function transfer (from: PartyKind, to: PartyKind): Promise<string> {
  const parties = [await from.start(), await to.start()] as const
  const [giver, taker] = parties

  try {
    const added = await giver.add(mebibytes)
    const got = await taker.get(added.address, added.cid)

    return `${got.bytes} | ${equality(got.sha256 === added.sha256)}`
  } catch (err: any) {
    process.exitCode = 1

    return `0 | ${String(err.message).split('\n')[0]}`
  } finally {
    await Promise.all(parties.map(async party => party.stop()))
  }
}

function equality (areEqual: boolean): string {
  process.exitCode ??= areEqual ? undefined : 1

  return areEqual ? 'equal' : 'DIFFERENT'
}
