import { readFileSync } from 'node:fs'
import { checkScenario, type Scenario, ScenarioError } from './schema.js'

/** Reads a scenario file. @throws ScenarioError */
export function loadScenario(path: string): Scenario {
  const text = read(path)
  try {
    return checkScenario(parse(text))
  } catch (error) {
    throw new ScenarioError(`${path}: ${(error as Error).message}`)
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ScenarioError((error as Error).message)
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ScenarioError(`no JSON: ${(error as Error).message}`)
  }
}
