import { join, relative } from 'node:path'
import {
  type CallExpression,
  type Expression,
  isArrowFunction,
  isBinaryExpression,
  isCallExpression,
  isConditionalExpression,
  isExpressionStatement,
  isFunctionExpression,
  isMethodDeclaration,
  isNewExpression,
  isObjectLiteralExpression,
  isParenthesizedExpression,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isShorthandPropertyAssignment,
  isVoidExpression,
  type MethodDeclaration,
  type Node,
  type PropertyAccessExpression,
  type ShorthandPropertyAssignment,
  type SourceFile,
  SyntaxKind
} from 'typescript/unstable/ast'
import { API, type Checker, SignatureKind, type Type, TypeFlags } from 'typescript/unstable/sync'
import { ROOT } from '../support/root.js'

/** A promise whose rejection nobody would notice: in Node that ends the process. */
export interface Floating {
  /** Path from the root and line: `plugins/calls.ts:12`. */
  place: string
  /**
   * `statement`: neither awaited nor caught. `void`: thrown away on purpose, which catches nothing. `callback`: a
   * function that returns a promise where nobody looks at what it returns.
   */
  rule: 'statement' | 'void' | 'callback'
  text: string
}

const CONFIG = join(ROOT, 'test/architecture/tsconfig.promises.json')
/** Operators whose value is that of one of their operands. */
const CHOOSING = new Set([
  SyntaxKind.CommaToken,
  SyntaxKind.BarBarToken,
  SyntaxKind.AmpersandAmpersandToken,
  SyntaxKind.QuestionQuestionToken
])

/** Every floating promise of the files of `tsconfig.promises.json`, found with the types of the compiler. */
export function floatingPromises(): Floating[] {
  const api = new API({ cwd: ROOT })
  try {
    const project = api.updateSnapshot({ openProjects: [CONFIG] }).getProject(CONFIG)
    if (project === undefined) throw new Error(`the compiler did not open ${CONFIG}`)
    const { program, checker, rootFiles } = project
    const promises = new Promises(checker)
    return rootFiles.flatMap((name) => {
      const file = program.getSourceFile(name)
      if (file === undefined) throw new Error(`the compiler did not read ${name}`)
      return new FileSearch(file, checker, promises).run()
    })
  } finally {
    api.close()
  }
}

/** Which types are promises; asked of the compiler once each. */
class Promises {
  readonly #checker: Checker
  readonly #known = new Map<number, boolean>()

  constructor(checker: Checker) {
    this.#checker = checker
  }

  /** Whether a value of this type may be a promise, or an array of promises. */
  has(type: Type | undefined): boolean {
    if (type === undefined) return false
    const known = this.#known.get(type.id)
    if (known !== undefined) return known
    // A type may refer to itself.
    this.#known.set(type.id, false)
    const found = this.#look(type)
    this.#known.set(type.id, found)
    return found
  }

  /** Whether a function of this type may return a promise. */
  areReturnedBy(type: Type | undefined): boolean {
    return this.#returnTypes(type).some((returned) => this.has(returned))
  }

  /** Whether this type is a promise, or a function that returns one. */
  areLeftBy(type: Type | undefined): boolean {
    return this.has(type) || this.areReturnedBy(type)
  }

  /** Whether what a function of this type returns is not looked at. */
  areLostBy(type: Type | undefined): boolean {
    const returned = this.#returnTypes(type)
    return returned.length > 0 && returned.every(({ flags }) => (flags & TypeFlags.Void) !== 0)
  }

  #look(type: Type): boolean {
    if (type.isUnionType()) return type.getTypes().some((member) => this.has(member))
    if (!type.isObjectType() && !type.isIntersectionType()) return false
    if (this.#checker.isArrayType(type) && type.isTypeReference()) {
      return this.#checker.getTypeArguments(type).some((element) => this.has(element))
    }
    // Fastify's instance and reply have a `then`, too; they report their errors themselves.
    return ['then', 'catch'].every((name) => this.#checker.getPropertyOfType(type, name) !== undefined)
  }

  #returnTypes(type: Type | undefined): Type[] {
    if (type === undefined) return []
    if (type.isUnionType()) return type.getTypes().flatMap((member) => this.#returnTypes(member))
    if (!type.isObjectType()) return []
    const signatures = this.#checker.getSignaturesOfType(type, SignatureKind.Call)
    return signatures.flatMap((signature) => this.#checker.getReturnTypeOfSignature(signature) ?? [])
  }
}

/** The search in one file. */
class FileSearch {
  readonly #file: SourceFile
  readonly #checker: Checker
  readonly #promises: Promises
  readonly #statements: Expression[] = []
  readonly #thrownAway: Expression[] = []
  readonly #callbacks: Expression[] = []
  readonly #members: Member[] = []

  constructor(file: SourceFile, checker: Checker, promises: Promises) {
    this.#file = file
    this.#checker = checker
    this.#promises = promises
  }

  run(): Floating[] {
    this.#collect(this.#file)
    const lost = this.#promisesOf(this.#callbacks, (type) => this.#promises.areReturnedBy(type)).filter((callback) =>
      this.#promises.areLostBy(this.#checker.getContextualType(callback))
    )
    const lostMembers = this.#members.filter((member) => this.#isLost(member))
    return [
      ...this.#promisesOf(this.#statements, (type) => this.#promises.areLeftBy(type)).map((node) =>
        this.#report('statement', node)
      ),
      ...this.#promisesOf(this.#thrownAway).map((node) => this.#report('void', node)),
      ...[...lost, ...lostMembers].map((node) => this.#report('callback', node))
    ]
  }

  /** Whether the object is to have a function of this name whose result nobody looks at. */
  #isLost(member: Member): boolean {
    const symbol = isMethodDeclaration(member)
      ? this.#checker.getSymbolAtLocation(member.name)
      : this.#checker.getShorthandAssignmentValueSymbol(member)
    const wanted = this.#checker.getContextualType(member.parent as Expression)
    const property = wanted && this.#checker.getPropertyOfType(wanted, member.name.getText(this.#file))
    if (symbol === undefined || property === undefined) return false
    const [given, asked] = [this.#checker.getTypeOfSymbol(symbol), this.#checker.getTypeOfSymbol(property)]
    return this.#promises.areReturnedBy(given) && this.#promises.areLostBy(asked)
  }

  #collect(node: Node): void {
    if (isExpressionStatement(node)) this.#statements.push(...unhandled(node.expression))
    else if (isVoidExpression(node)) this.#thrownAway.push(node.expression)
    else if (isArrowFunction(node) || isFunctionExpression(node)) {
      if (!isRegistration(node.parent)) this.#callbacks.push(node)
    } else if (isCallExpression(node) || isNewExpression(node)) {
      if (!isRegistration(node)) this.#callbacks.push(...(node.arguments ?? []).filter(isName))
    } else if (isPropertyAssignment(node) && isName(node.initializer)) this.#callbacks.push(node.initializer)
    else if (isMember(node)) this.#members.push(node)
    node.forEachChild((child) => {
      this.#collect(child)
    })
  }

  #promisesOf(expressions: Expression[], test = (type: Type | undefined) => this.#promises.has(type)): Expression[] {
    const types = expressions.length === 0 ? [] : this.#checker.getTypeAtLocation(expressions)
    return expressions.filter((_, index) => test(types[index]))
  }

  #report(rule: Floating['rule'], node: Node): Floating {
    const start = node.getStart(this.#file)
    const line = this.#file.text.slice(0, start).split('\n').length
    const [text = ''] = node.getText(this.#file).split('\n')
    return { place: `${relative(ROOT, this.#file.fileName)}:${line}`, rule, text }
  }
}

/** `{ onDone() {} }` or `{ onDone }` */
type Member = MethodDeclaration | ShorthandPropertyAssignment

function isMember(node: Node): node is Member {
  return (isMethodDeclaration(node) || isShorthandPropertyAssignment(node)) && isObjectLiteralExpression(node.parent)
}

function isName({ kind }: Node): boolean {
  return kind === SyntaxKind.Identifier || kind === SyntaxKind.PropertyAccessExpression
}

/** Fastify waits for its plugins, although the first of the signatures of `register` returns nothing. */
function isRegistration(node: Node): boolean {
  return isCallExpression(node) && isPropertyAccessExpression(node.expression) && nameOf(node.expression) === 'register'
}

function nameOf({ name }: PropertyAccessExpression): string {
  return name.getText()
}

/**
 * The parts of a statement whose value is dropped, except those that catch what goes wrong; and the functions that
 * catch it, which may fail in their turn.
 */
function unhandled(expression: Expression): Expression[] {
  if (isParenthesizedExpression(expression)) return unhandled(expression.expression)
  if (isConditionalExpression(expression)) {
    return [...unhandled(expression.whenTrue), ...unhandled(expression.whenFalse)]
  }
  if (isBinaryExpression(expression)) {
    const { operatorToken, left, right } = expression
    // An assignment keeps the promise.
    return CHOOSING.has(operatorToken.kind) ? [...unhandled(left), ...unhandled(right)] : []
  }
  if (isVoidExpression(expression)) return []
  return isCallExpression(expression) ? unhandledCall(expression) : [expression]
}

function unhandledCall(call: CallExpression): Expression[] {
  const { expression: callee, arguments: given } = call
  if (!isPropertyAccessExpression(callee)) return [call]
  const method = nameOf(callee)
  if (method === 'finally') return unhandled(callee.expression)
  const handler = method === 'catch' ? given[0] : method === 'then' ? given[1] : undefined
  return [handler ?? call]
}
