import { type Static, Type } from '@sinclair/typebox'
import { textLike } from '../text-like.js'

export const SiteParams = Type.Object({
  id: textLike(
    '^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$',
    'must be 1 to 64 lower-case letters, digits, dots, hyphens and underscores, and begin and end with a letter or digit'
  )
})
export type SiteParams = Static<typeof SiteParams>

/** Names are shown on one line. */
export const NAME = textLike('^(?=.*\\S)[^\\u0000-\\u001f\\u007f-\\u009f]+$', 'must be one line of text', {
  minLength: 1,
  maxLength: 100
})

const position = Type.Object(
  { latitude: Type.Number({ minimum: -90, maximum: 90 }), longitude: Type.Number({ minimum: -180, maximum: 180 }) },
  { additionalProperties: false, description: 'Degrees, WGS 84' }
)
const timeZone = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'IANA time zone, such as Europe/Berlin'
})

export const SiteBody = Type.Object(
  {
    name: NAME,
    address: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
    position: Type.Optional(position),
    timeZone: Type.Optional(timeZone),
    notes: Type.Optional(Type.String({ minLength: 1, maxLength: 10_000 }))
  },
  {
    additionalProperties: false,
    examples: [
      {
        name: 'Car park Bellecour',
        address: '6 place Bellecour, 69002 Lyon',
        position: { latitude: 45.7578, longitude: 4.832 },
        timeZone: 'Europe/Paris',
        notes: 'The key of the technical room is at the reception'
      }
    ]
  }
)
export type SiteBody = Static<typeof SiteBody>

export const SiteRecord = Type.Object({
  id: Type.String(),
  ...SiteBody.properties,
  createdAt: Type.String({ format: 'date-time' }),
  updatedAt: Type.String({ format: 'date-time' })
})
export type SiteRecord = Static<typeof SiteRecord>
