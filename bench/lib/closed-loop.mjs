import { CallFrame } from './call-frame.mjs'
import { polling } from './polling.mjs'

const STALL = 10_000

/**
 * Lets every charge point send the message again as soon as it is answered, for some time, and waits until all
 * are answered.
 *
 * @param {import('./charger.mjs').Charger[]} chargers
 * @param {import('./messages.mjs').Message} message
 * @param {{ seconds: number, isConstant: boolean }} options `isConstant`: the answers carry another id
 * @returns {Promise<{ messages: number, seconds: number }>}
 */
export async function closedLoop(chargers, message, { seconds, isConstant }) {
  let messages = 0
  let isRunning = true
  let stallTimer
  const start = performance.now()
  const stopTimer = setTimeout(() => {
    isRunning = false
  }, seconds * 1000)
  const loops = chargers.map(
    (charger) =>
      new Promise((resolve, reject) => {
        const frame = new CallFrame(message)
        const send = () => {
          frame.next()
          charger.write(frame.bytes)
        }
        charger.onFailure = reject
        charger.onText = (buffer, start) => {
          if (!isConstant && !frame.isAnsweredBy(buffer, start)) reject(new Error('an answer with another id'))
          messages++
          if (isRunning) send()
          else resolve(undefined)
        }
        send()
      })
  )
  const stalled = new Promise((_, reject) => {
    stallTimer = setTimeout(reject, seconds * 1000 + STALL, new Error(`${message.action}: some are not answered`))
  })
  try {
    await polling(() => Promise.race([Promise.all(loops), stalled]))
  } finally {
    clearTimeout(stopTimer)
    clearTimeout(stallTimer)
  }
  return { messages, seconds: (performance.now() - start) / 1000 }
}
