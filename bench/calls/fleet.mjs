import { connectFleet } from '../lib/charger.mjs'

// A process of charge points: connects as many as it is told to, and accepts whatever it is asked.
const CALL = Buffer.from('[2,"')
const ID_LENGTH = 36

process.on('message', async ({ port, count }) => {
  const { chargers, failures } = await connectFleet({ port, name: 'fleet' }, count, 50)
  for (const charger of chargers) {
    charger.onFailure = () => process.exit(1)
    charger.onText = (buffer, start) => {
      if (buffer.compare(CALL, 0, CALL.length, start, start + CALL.length) !== 0) return
      const id = buffer.latin1Slice(start + CALL.length, start + CALL.length + ID_LENGTH)
      charger.write(frame(`[3,"${id}",{"status":"Accepted"}]`))
    }
  }
  process.send?.(failures)
})
process.on('disconnect', () => process.exit())

/**
 * A short text frame, masked with zeros, which is as good a mask as any.
 *
 * @param {string} text
 */
function frame(text) {
  const bytes = Buffer.allocUnsafe(6 + text.length)
  bytes[0] = 0x81
  bytes[1] = 0x80 | text.length
  bytes.fill(0, 2, 6)
  bytes.latin1Write(text, 6)
  return bytes
}
