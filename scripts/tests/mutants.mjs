import { parse } from 'acorn'

const OPPOSITES = {
  '===': '!==',
  '!==': '===',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '+': '-',
  '-': '+',
  '*': '/',
  '&&': '||',
  '||': '&&',
  '??': '&&'
}

/** The mutants of a compiled file: each one small fault that somebody might have made. */
export function mutantsOf(code) {
  const mutants = []
  const add = (node, text, what) => {
    const line = code.slice(0, node.start).split('\n').length
    mutants.push({ line, what, code: code.slice(0, node.start) + text + code.slice(node.end) })
  }
  const source = (node) => code.slice(node.start, node.end)
  walk(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }), (node) => {
    if (node.type === 'BinaryExpression' || node.type === 'LogicalExpression') {
      const opposite = OPPOSITES[node.operator]
      const isText = [node.left, node.right].some(
        ({ type, value }) => type === 'TemplateLiteral' || typeof value === 'string'
      )
      if (opposite === undefined || (isText && '+-'.includes(node.operator))) return
      add(node, `(${source(node.left)}) ${opposite} (${source(node.right)})`, `${node.operator} is ${opposite}`)
    } else if (node.type === 'IfStatement' || node.type === 'ConditionalExpression') {
      add(node.test, `!(${source(node.test)})`, 'the condition is the opposite')
    } else if (node.type === 'Literal' && typeof node.value === 'boolean') {
      add(node, String(!node.value), `${node.value} is ${!node.value}`)
    } else if (node.type === 'Literal' && typeof node.value === 'number') {
      add(node, String(node.value + 1), `${node.raw} is ${node.value + 1}`)
    } else if (
      node.type === 'ExpressionStatement' &&
      /^(?:Call|Await|Assignment)Expression$/.test(node.expression.type)
    ) {
      // The semicolon stays, so that what follows does not become part of another statement.
      if (node.expression.callee?.type !== 'Super') add(node, ';', 'the statement is missing')
    }
  })
  return mutants
}

function walk(node, visit) {
  visit(node)
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === 'string') walk(child, visit)
    }
  }
}
