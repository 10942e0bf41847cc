import { generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { type Certified, issue, issueRoot, type Subject } from '../../lib/certificates/x509.js'

const DAY_MS = 86_400_000

export interface Certifying
  extends Partial<Pick<Certified, 'extendedKeyUsage' | 'isAuthority' | 'pathLength' | 'ocspUrl' | 'notAfter'>> {
  subject: Subject
}

/** A key and its certificate, which may certify others. */
export class Holder {
  readonly key: KeyObject
  readonly certificate: X509Certificate

  private constructor(key: KeyObject, pem: string) {
    this.key = key
    this.certificate = new X509Certificate(pem)
  }

  get pem(): string {
    return this.certificate.toString()
  }

  static async root(name: string): Promise<Holder> {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const certified = certifiedOf(publicKey, { subject: [['CN', name]], isAuthority: true })
    return new Holder(privateKey, await issueRoot(certified, privateKey))
  }

  /** Certifies another one. */
  async certify(certifying: Certifying): Promise<Holder> {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    return new Holder(privateKey, await issue(certifiedOf(publicKey, certifying), this))
  }
}

function certifiedOf(key: KeyObject, { isAuthority = false, notAfter, ...rest }: Certifying): Certified {
  return {
    key,
    notBefore: new Date(Date.now() - 30 * DAY_MS),
    notAfter: notAfter ?? new Date(Date.now() + 30 * DAY_MS),
    keyUsage: isAuthority ? ['keyCertSign', 'cRLSign'] : ['digitalSignature'],
    isAuthority,
    ...rest
  }
}
