export const CALL = 2
export const CALLRESULT = 3
export const CALLERROR = 4

/** What the beginning of a frame tells; the payload is not looked at. */
export interface FrameHead {
  type: number
  id: string
  /** The action of a CALL, the code of a CALLERROR. */
  word: string | undefined
}

/** Ids of more than 36 characters are nobody's. [OCPP-J §4.1.4] */
const HEAD = /^\s*\[\s*([2-6])\s*,\s*"([^"\\]{1,36})"(?:\s*,\s*"([A-Za-z0-9]{1,64})")?/

/** Reads the head of a frame; undefined when it has none. */
export function readHead(text: string): FrameHead | undefined {
  const match = HEAD.exec(text)
  if (match === null) return undefined
  const [, type, id = '', word] = match
  return { type: Number(type), id, word }
}
