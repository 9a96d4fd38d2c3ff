/// <reference lib="webworker" />
import 'mocha/mocha.js'
import type { BrowserTestConfig, BrowserTestResult } from './protocol.ts'

declare const mocha: any

interface BrowserGlobals {
  runSuite(config: BrowserTestConfig): Promise<BrowserTestResult[]>
}

/** Runs the suite in this page or worker and says how each test went. */
async function runSuite (config: BrowserTestConfig): Promise<BrowserTestResult[]> {
  if (!config.stream) {
    delete (globalThis as any).WebSocketStream
  }

  mocha.setup({ ui: 'bdd', timeout: 60_000, reporter: class {} })
  const { defineSecureSuite, defineSuite } = await import('./suite.ts')

  if (globalThis.origin.startsWith('https:')) {
    defineSecureSuite(config)
  } else {
    defineSuite(config)
  }

  return new Promise(resolve => {
    const results: BrowserTestResult[] = []
    const runner = mocha.run(() => { resolve(results) })
    runner.on('pass', (test: any) => { results.push({ title: test.fullTitle() }) })
    runner.on('pending', (test: any) => { results.push({ title: test.fullTitle(), skipped: true }) })
    runner.on('fail', (test: any, err: Error) => { results.push({ title: test.fullTitle(), error: err.stack ?? String(err) }) })
  })
}

(globalThis as unknown as BrowserGlobals).runSuite = runSuite

// In a worker the configuration comes as the one message.
if (typeof WorkerGlobalScope !== 'undefined') {
  globalThis.addEventListener('message', event => {
    void runSuite((event as MessageEvent).data).then(results => { (globalThis as any).postMessage(results) })
  });
  (globalThis as any).postMessage('ready')
}
