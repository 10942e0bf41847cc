/** Made with OpenSSL for these tests, good for nothing else; the hashes are those of `openssl ocsp -req_text`. */

export const ROOT = `-----BEGIN CERTIFICATE-----
MIIBnzCCAUagAwIBAgIJAPHi08S1ppeIMAoGCCqGSM49BAMCMCoxFDASBgNVBAoM
C1Byw7xmc3RlbGxlMRIwEAYDVQQDDAlUZXN0IFJvb3QwIBcNMjYxMTIyMjA1MDIy
WhgPMjEyNjEwMjkyMDUwMjJaMCoxFDASBgNVBAoMC1Byw7xmc3RlbGxlMRIwEAYD
VQQDDAlUZXN0IFJvb3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQjPKzUBr77
CjWCm1sEwgg0jHJuCh4CFUmtTqXkuyL839oRMgvx51TMTypnF5d4eh/A/Q04IFtm
yRGigDGuiFuto1MwUTAdBgNVHQ4EFgQUi8j8OZad+5s3PM53/dNrudpRwY8wHwYD
VR0jBBgwFoAUi8j8OZad+5s3PM53/dNrudpRwY8wDwYDVR0TAQH/BAUwAwEB/zAK
BggqhkjOPQQDAgNHADBEAiAqLw+Eur28sl4vCjz+D/LPkkRYfdJSSnp7r8h0wYEf
2AIgIdbyJAOMKYw1gZYEohWWFIzybqdK7dHDh9pzIWM8NxA=
-----END CERTIFICATE-----
`

/** An RSA key, certified by the root. */
export const CHAIN = `-----BEGIN CERTIFICATE-----
MIIB7zCCAZUCAgobMAoGCCqGSM49BAMCMCoxFDASBgNVBAoMC1Byw7xmc3RlbGxl
MRIwEAYDVQQDDAlUZXN0IFJvb3QwIBcNMjYxMTIyMjA1MDIyWhgPMjEyNjEwMjky
MDUwMjJaMA8xDTALBgNVBAMMBExlYWYwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAw
ggEKAoIBAQD2nZsfLqjOjvNznT9XOuYn/H2TaAl/erE6J8HOv+1Fe2g+oHFqpvno
a/RasjCNHb8/DVGydjMkctumTI3pBpeDZscZzc7nGX2LYJ3VPvUut5PbewGwLB+p
3hQPVFPgmCAF87bww0CJlOZdGecZBRyV3APfRYkj9A//XGVPppaP2IkVCY980sta
3WllTDnHCB74ihmMcVRtMe/3ap1Drkp1FB4XPuEHi9cD/kJI6ZTD4tyun8nbOlnw
Rsg6eRFqAF2ptVcqZXuCpy+1tsOFTycORBUBUuKj0jiYF8LiSAHHgPpTkCkJ7aFN
eindNVb3PDRy33OU8muZLjT8AJhXKYU1AgMBAAEwCgYIKoZIzj0EAwIDSAAwRQIg
QfSxk4X5lkte8h4gmttjc1Uq0W6XoTzXYQvq3JdLZaoCIQCihm+HZwwFd8E+Kehe
2zY8ZyIsQ0Ff6fSUi+BGKtViaw==
-----END CERTIFICATE-----
${ROOT}`

export const HASHES = {
  SHA256: {
    hashAlgorithm: 'SHA256',
    issuerNameHash: '24fe8e35f6c8855fe0d7fe3bb0e3c752848f61184d037ee868b4eb9c56899d43',
    issuerKeyHash: 'eb7b18ed8568288d24699469bcb24bcf29933ccb0b7961c548ddf21d198fdc9c',
    serialNumber: 'a1b'
  },
  SHA384: {
    hashAlgorithm: 'SHA384',
    issuerNameHash: '57d99aace9de752445abb3c3bdd4413bcae5fd590b23298e1be120b6a818a871054376e5b07a1864af7672c75ba2854c',
    issuerKeyHash: '1990ee471f658710e8778db5580b982c832ca04c5bd021a15817ebde518c5a95907bf9d28d8ed9d5de5f70b901af961a',
    serialNumber: 'a1b'
  },
  SHA512: {
    hashAlgorithm: 'SHA512',
    issuerNameHash:
      'a378e989fd6d7e7d4761b8af8b03d368a7558a4721ee4f94a625026fde53ea2e2ec0c98a2bfdd978f9e0e5c39873f6711a143cbc3d5ba1102fb6f551184eba00',
    issuerKeyHash:
      '1b4c47f422ef7443b8851b02dc01a29f5417a5d78c02233ce319da721a1aee3e0a277905cb25674dd643702cfebf24bd8b87c062a022962c393569fde98df296',
    serialNumber: 'a1b'
  }
}

/** Of the root itself. */
export const ROOT_HASHES = {
  SHA256: {
    hashAlgorithm: 'SHA256',
    issuerNameHash: '24fe8e35f6c8855fe0d7fe3bb0e3c752848f61184d037ee868b4eb9c56899d43',
    issuerKeyHash: 'eb7b18ed8568288d24699469bcb24bcf29933ccb0b7961c548ddf21d198fdc9c',
    serialNumber: 'f1e2d3c4b5a69788'
  },
  SHA384: {
    hashAlgorithm: 'SHA384',
    issuerNameHash: '57d99aace9de752445abb3c3bdd4413bcae5fd590b23298e1be120b6a818a871054376e5b07a1864af7672c75ba2854c',
    issuerKeyHash: '1990ee471f658710e8778db5580b982c832ca04c5bd021a15817ebde518c5a95907bf9d28d8ed9d5de5f70b901af961a',
    serialNumber: 'f1e2d3c4b5a69788'
  },
  SHA512: {
    hashAlgorithm: 'SHA512',
    issuerNameHash:
      'a378e989fd6d7e7d4761b8af8b03d368a7558a4721ee4f94a625026fde53ea2e2ec0c98a2bfdd978f9e0e5c39873f6711a143cbc3d5ba1102fb6f551184eba00',
    issuerKeyHash:
      '1b4c47f422ef7443b8851b02dc01a29f5417a5d78c02233ce319da721a1aee3e0a277905cb25674dd643702cfebf24bd8b87c062a022962c393569fde98df296',
    serialNumber: 'f1e2d3c4b5a69788'
  }
}
