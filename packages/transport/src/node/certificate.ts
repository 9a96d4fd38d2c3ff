import { X509Certificate } from 'node:crypto'

/** The DNS names that a PEM certificate is for; a wildcard stays one. */
export function certificateNames (pem: string): string[] {
  const names = new X509Certificate(pem).subjectAltName ?? ''

  return names.split(', ').filter(name => name.startsWith('DNS:')).map(name => name.slice(4))
}
