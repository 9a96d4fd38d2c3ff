import { servePage } from './page-server.ts'

const { url } = await servePage(Number(process.env.PORT ?? 0))

process.stdout.write(`dial traces: ${url}\n`)
