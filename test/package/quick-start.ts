import assert from 'node:assert/strict'

/** The block of a README that stands after `<!-- quick-start: LANGUAGE -->`. */
export function quickStart(readme: string, language: 'ts' | 'js'): string {
  const marker = `<!-- quick-start: ${language} -->`
  const [, code] = readme.match(new RegExp(`${marker}\\s*\`\`\`\\w+\\n(.*?)\\n\`\`\``, 's')) ?? []
  assert(code !== undefined, `README.md has no fenced code block after ${marker}`)
  assert(code.includes('process.env.PORT'), `the quick start after ${marker} must listen on process.env.PORT`)
  return code
}
