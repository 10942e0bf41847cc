/** The token in a header `Authorization: Bearer …`; `undefined` without a well-formed one. [RFC 6750 §2.1] */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^bearer +([^\s]+) *$/i.exec(authorization ?? '')?.[1]
}
