import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { readSignedValue, XML_BEGIN, XML_END, xmlOf } from '../../lib/money/signed-value.js'
import { isLong } from '../support/long.js'

// The container of signed values is well-formed, and gives back what was sent, read by a strict reader of its own.

interface Element {
  name: string
  attributes: Record<string, string>
  text: string
  children: Element[]
}

/** Without halves of surrogate pairs. */
function isWhole(text: string): boolean {
  return Buffer.from(text).toString() === text
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function textIn(raw: string): string {
  assert.doesNotMatch(raw, /<|]]>|&(?!(?:lt|gt|amp|quot|apos|#\d+|#x[\da-f]+);)/i)
  return raw.replace(/&(#x?)?(\w+);/gi, (_, numeric: string | undefined, name: string) => {
    if (numeric === undefined) return ENTITIES[name] ?? assert.fail(name)
    return String.fromCodePoint(Number.parseInt(name, numeric.toLowerCase() === '#x' ? 16 : 10))
  })
}

/** Whether no XML may contain the character. [XML 1.0 §2.2] */
function isForbidden(character: string): boolean {
  return (character < ' ' && !'\t\n'.includes(character)) || '\ufffe\uffff'.includes(character)
}

/** [XML 1.0 §2.1, §2.2, §3] */
function parse(xml: string): Element {
  // A parser reads any end of line as a line feed, and takes no other control characters and no halves of pairs.
  assert.ok(isWhole(xml))
  assert.deepEqual(Array.from(xml).filter(isForbidden), [])
  const body = xml.slice(xml.indexOf('?>') + 2)
  const root: Element = { name: '', attributes: {}, text: '', children: [] }
  const open = [root]
  for (const [, tag, text] of body.matchAll(/<([^>]*)>|([^<]+)/g)) {
    const parent = open.at(-1) ?? assert.fail('an end without a beginning')
    if (text !== undefined) parent.text += textIn(text)
    else if (tag?.startsWith('/')) assert.equal(open.pop()?.name, tag.slice(1))
    else {
      const [, name = '', rest = ''] = /^([A-Za-z]\w*)((?: \w+="[^"<]*")*)$/.exec(tag ?? '') ?? assert.fail(tag)
      const found = [...rest.matchAll(/ (\w+)="([^"]*)"/g)].map(
        ([, key = '', value = '']) => [key, textIn(value)] as const
      )
      assert.equal(new Set(found.map(([key]) => key)).size, found.length)
      const element = { name, attributes: Object.fromEntries(found), text: '', children: [] }
      parent.children.push(element)
      open.push(element)
    }
  }
  assert.deepEqual([open.length, root.children.length, root.text.trim()], [1, 1, ''])
  return root.children[0] ?? assert.fail()
}

/** What is in an element, decoded once. */
function contentOf({ attributes: { encoding }, text }: Element): string {
  return encoding === 'plain' ? text : Buffer.from(text, encoding === 'hex' ? 'hex' : 'base64').toString()
}

const place = { transactionId: 'a"<&>\'', context: 'Transaction.Begin' } as const

it('a signed value of 1.6 comes back as it was sent, whatever it holds', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }).filter(isWhole),
    fc.string({ minLength: 1 }),
    fc.constantFrom(
      ']]>',
      'a\r\nb',
      '\t x ',
      '&amp;',
      '<value>',
      '\u0000',
      '\ufffe',
      '\u{1f50c}',
      'OCMF|{"a":"<&>"}|{}'
    )
  )
  fc.assert(
    fc.property(fc.array(texts, { minLength: 1, maxLength: 4 }), (sent) => {
      const values = sent.map((data) => xmlOf({ data, encoding: 'plain' }, place))
      const root = parse(XML_BEGIN + values.join('') + XML_END)
      assert.equal(root.name, 'values')
      assert.deepEqual(
        root.children.map(({ name, attributes, children: [data, ...others] }) => {
          assert.deepEqual([name, attributes, data?.name, others], ['value', place, 'signedData', []])
          return data === undefined ? undefined : contentOf(data)
        }),
        sent
      )
    }),
    { numRuns: isLong ? 20_000 : 500 }
  )
})

it('a signed value of 2.x keeps its base64 to the byte, and its key', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
      const signedMeterData = Buffer.from(bytes).toString('base64')
      const sent = { signedMeterData, signingMethod: '', encodingMethod: 'OCMF', publicKey: '04ab' }
      const root = parse(XML_BEGIN + xmlOf(readSignedValue('signedMeterValue', JSON.stringify(sent)), place) + XML_END)
      const data = root.children[0]?.children.find(({ name }) => name === 'signedData') ?? assert.fail()
      const { encoding } = data.attributes
      const back = encoding === 'plain' ? Buffer.from(data.text) : Buffer.from(data.text, encoding as 'base64')
      assert.deepEqual(back, Buffer.from(bytes))
    }),
    { numRuns: isLong ? 20_000 : 500 }
  )
})
