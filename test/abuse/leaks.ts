/** Something that must be told nobody. */
export interface Secret {
  what: string
  value: string
  /** Whose password it is: it crosses the wire together with that. */
  identity?: string
}

/** Somewhere that people look, and what stands there. */
export interface Place {
  name: string
  content: string
}

/** What somebody would recognise it by. */
export function formsOf({ value, identity }: Secret): string[] {
  const bytes = Buffer.from(value)
  const spellings = [bytes]
  // 1.6 keys are sent as the octets that their digits stand for.
  if (/^(?:[0-9a-f]{2}){16,20}$/i.test(value)) spellings.push(Buffer.from(value, 'hex'))
  const forms = spellings.flatMap((spelling) => [
    spelling.toString('base64').replace(/=+$/, ''),
    spelling.toString('base64url'),
    spelling.toString('hex'),
    spelling.toString('hex').toUpperCase(),
    ...(identity === undefined ? [] : [Buffer.concat([Buffer.from(`${identity}:`), spelling]).toString('base64')])
  ])
  return [
    ...new Set([value, value.toUpperCase(), encodeURIComponent(value), JSON.stringify(value).slice(1, -1), ...forms])
  ]
}

/** Where which secret can be read, one line each. */
export function leaks(secrets: readonly Secret[], places: readonly Place[]): string[] {
  return places.flatMap(({ name, content }) =>
    secrets.flatMap((secret) =>
      formsOf(secret).flatMap((form) => {
        const at = content.indexOf(form)
        if (at === -1) return []
        const around = content.slice(Math.max(0, at - 120), at + form.length + 20)
        return [`${secret.what} in ${name}: …${around}…`]
      })
    )
  )
}
