import { serviceCapabilities, serviceDependencies } from '@libp2p/interface'
import { UnmetServiceDependenciesError } from './errors.ts'
import type { Components } from './components.ts'

/** @throws {UnmetServiceDependenciesError} when a component depends on a capability that no component has */
export function checkServiceDependencies (components: Components): void {
  const all = Object.values(components)
  const capabilities = new Set(all.flatMap(component => listAt(component, serviceCapabilities)))

  for (const component of all) {
    for (const dependency of listAt(component, serviceDependencies)) {
      if (!capabilities.has(dependency)) {
        throw new UnmetServiceDependenciesError(component[Symbol.toStringTag] ?? String(component), dependency)
      }
    }
  }
}

function listAt (component: any, symbol: symbol): string[] {
  const list = component?.[symbol]

  return Array.isArray(list) ? list : []
}
