import { useState } from 'preact/hooks'
import { Problem } from '../../api/problem.js'
import { strings } from '../../strings/en/sign-in.js'
import { useApp } from '../../ui/app-context.js'

export function SignInPage() {
  return (
    <main class="sign-in" id="content">
      <h1>{strings.title}</h1>
      <SignInForm />
    </main>
  )
}

/** One field. Password managers know the form; the token lives here only until it is sent. */
export function SignInForm() {
  const { session } = useApp()
  const [problem, setProblem] = useState<string>()
  const [isBusy, setBusy] = useState(false)

  async function submit(form: HTMLFormElement): Promise<void> {
    const token = new FormData(form).get('token')
    if (typeof token !== 'string') return
    setBusy(true)
    try {
      await session.signIn(token.trim())
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      setProblem(explain(error))
      setBusy(false)
    }
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        submit(event.currentTarget).catch((error: unknown) => reportError(error))
      }}
    >
      <input
        type="text"
        name="username"
        autocomplete="username"
        value="operator"
        class="hidden-text"
        tabIndex={-1}
        readOnly
        aria-hidden="true"
      />
      <label class="field">
        <span>{strings.token}</span>
        <input
          type="password"
          name="token"
          autocomplete="current-password"
          required
          aria-describedby="token-help"
          aria-invalid={problem !== undefined}
          ref={(field) => field?.focus()}
        />
      </label>
      {problem !== undefined && (
        <p class="field-error" role="alert">
          {problem}
        </p>
      )}
      <p class="muted" id="token-help">
        {strings.where}
      </p>
      <button type="submit" class="primary" disabled={isBusy}>
        {strings.submit}
      </button>
    </form>
  )
}

function explain(problem: Problem): string {
  if (problem.status === 401) return strings.unknown
  return problem.status === 0 ? strings.unreachable : problem.message
}
