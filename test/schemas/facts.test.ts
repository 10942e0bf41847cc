import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import type { TSchema } from '@sinclair/typebox'
import type { ActionDefinition } from '../../src/schema.js'
import { ROOT } from '../support/root.js'
import { differences } from './differences.js'
import { versions } from './versions.js'

// Compares the schemas with the facts of the published ones, where a copy of these facts lies beside the project.

const FACTS = pathToFileURL(`${ROOT}../shared/ocpp-schemas/`)
const skip = existsSync(FACTS) ? false : 'no ../shared/ocpp-schemas'

const COUNTS = {
  '1.6': { actions: 39, messages: 78 },
  '2.0.1': { actions: 64, messages: 128 },
  '2.1': { actions: 91, messages: 181 }
}

for (const { version, protocol, actions, messages, types } of versions) {
  test(`OCPP ${version} has all its actions and messages`, () => {
    const counts = { actions: Object.keys(actions).length, messages: Object.keys(messages).length }
    assert.deepEqual(counts, COUNTS[version])
    const used = Object.values<ActionDefinition>(actions).flatMap(({ request, response }) => [request, response])
    assert.deepEqual(new Set(used.filter(Boolean)), new Set(Object.values<TSchema>(messages)))
  })

  test(`the actions of OCPP ${version} have the published directions, types and blocks`, { skip }, () => {
    const published = publishedActions(version)
    assert.equal(published.subprotocol, protocol)
    const ours = Object.entries<ActionDefinition>(actions).map(([action, definition]) => {
      const { direction, messageType, block, request, response } = definition
      return [
        action,
        { direction, messageType, block, request: fileOf(version, request), response: fileOf(version, response) }
      ]
    })
    const theirs = Object.entries(published.actions).map(([action, fact]) => {
      const { direction, messageType, profile, blockName, request, response } = fact
      return [action, { direction, messageType, block: profile ?? blockName, request, response: response ?? undefined }]
    })
    assert.deepEqual(Object.fromEntries(ours), Object.fromEntries(theirs))
  })

  test(`the messages of OCPP ${version} equal the published ones`, { skip }, () => {
    const found = Object.entries<TSchema>(messages).flatMap(([name, schema]) => {
      const file = `${version}/${name}.json`
      return compare(plain(schema), resolved(readFacts(file)), '').map((pointer) => `${file}#${pointer}`)
    })
    const expected = differences.filter(({ file }) => file.startsWith(`${version}/`))
    assert.deepEqual(
      found,
      expected.map(({ file, pointer }) => `${file}#${pointer}`)
    )
  })

  test(`the datatypes of OCPP ${version} have the published names`, { skip }, () => {
    const ours: Record<string, TSchema> = types
    for (const name of Object.keys(messages)) {
      const facts = readFacts(`${version}/${name}.json`)
      for (const [definition, fact] of Object.entries(facts.definitions ?? {})) {
        const schema = ours[definition]
        assert.ok(schema, `${definition} is missing`)
        assert.deepEqual(compare(plain(schema), resolved(fact, facts.definitions), ''), [], definition)
      }
    }
  })

  function fileOf(version: string, schema: TSchema | undefined): string | undefined {
    const entry = Object.entries<TSchema>(messages).find(([, message]) => message === schema)
    return entry && `${version}/${entry[0]}.json`
  }
}

interface Facts {
  $ref?: string
  definitions?: Record<string, Facts>
  properties?: Record<string, Facts>
  items?: Facts
  [keyword: string]: unknown
}

interface PublishedAction {
  direction: string
  messageType: string
  profile?: string
  blockName?: string
  request: string
  response: string | null
}

function publishedActions(version: string): { subprotocol: string; actions: Record<string, PublishedAction> } {
  return JSON.parse(readFileSync(new URL('actions.json', FACTS), 'utf8'))[version]
}

function readFacts(file: string): Facts {
  return JSON.parse(readFileSync(new URL(file, FACTS), 'utf8'))
}

/** Only what JSON can express. */
function plain(schema: TSchema): Facts {
  return JSON.parse(JSON.stringify(schema))
}

function resolved(facts: Facts, definitions = facts.definitions): Facts {
  if (facts.$ref !== undefined) {
    const target = definitions?.[facts.$ref.replace('#/definitions/', '')]
    assert.ok(target, facts.$ref)
    return resolved(target, definitions)
  }
  const { definitions: _, properties, items, ...keywords } = facts
  const members = Object.entries(properties ?? {}).map(([name, member]) => [name, resolved(member, definitions)])
  return {
    ...keywords,
    ...(properties && { properties: Object.fromEntries(members) }),
    ...(items && { items: resolved(items, definitions) })
  }
}

/** Pointers of what differs. The order of members does not matter, that of values does. */
function compare(ours: Facts, theirs: Facts, pointer: string): string[] {
  const { properties = {}, items, required, ...keywords } = ours
  const { properties: theirProperties = {}, items: theirItems, required: theirRequired, ...theirKeywords } = theirs
  const names = new Set([...Object.keys(properties), ...Object.keys(theirProperties)])
  return [
    ...(isDeepStrictEqual(keywords, theirKeywords) ? [] : [pointer]),
    ...(isDeepStrictEqual(setOf(required), setOf(theirRequired)) ? [] : [`${pointer}/required`]),
    ...(items === undefined && theirItems === undefined ? [] : pair(items, theirItems, `${pointer}/items`)),
    ...[...names].flatMap((name) => pair(properties[name], theirProperties[name], `${pointer}/properties/${name}`))
  ]
}

function pair(ours: Facts | undefined, theirs: Facts | undefined, pointer: string): string[] {
  return ours === undefined || theirs === undefined ? [pointer] : compare(ours, theirs, pointer)
}

function setOf(names: unknown): Set<unknown> {
  return new Set(Array.isArray(names) ? names : [])
}
