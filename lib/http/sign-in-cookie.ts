import { parseCookie, stringifySetCookie } from 'cookie'

/**
 * The name of the cookie. Browsers keep a cookie whose name begins with `__Host-` only if it came over TLS, and send it
 * to this host only. [RFC 6265bis §4.1.3.2]
 */
function nameOf(isSecure: boolean): string {
  return isSecure ? '__Host-sign-in' : 'sign-in'
}

/** The value of the cookie; `undefined` without one. Only the cookie for this kind of connection counts. */
export function readSignInCookie(header: string | undefined, isSecure: boolean): string | undefined {
  return header === undefined ? undefined : parseCookie(header)[nameOf(isSecure)]
}

/** The header `Set-Cookie` that sets the cookie. Scripts cannot read it. */
export function writeSignInCookie(value: string, isSecure: boolean): string {
  return stringifySetCookie(nameOf(isSecure), value, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: isSecure
  })
}

/** The header `Set-Cookie` that removes the cookie. */
export function removeSignInCookie(isSecure: boolean): string {
  return `${writeSignInCookie('', isSecure)}; Max-Age=0`
}
