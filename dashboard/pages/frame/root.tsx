import { useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { strings as signInStrings } from '../../strings/en/sign-in.js'
import { strings } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'
import { lazy } from '../../ui/lazy.js'
import { PageHead } from '../../ui/page.js'
import { SignInForm, SignInPage } from '../sign-in/sign-in.js'
import { LOADERS, type PageProps } from '../table.js'
import { Frame } from './frame.js'

/** The pages if somebody is signed in, otherwise the sign-in. */
export function Root() {
  const { session, live, router } = useApp()
  useEffect(() => {
    session.check().catch((error: unknown) => reportError(error))
  }, [session])
  useSignalEffect(() => {
    if (session.state.value === 'signed-in') live.start()
    else live.stop()
  })
  const state = session.state.value
  useEffect(() => {
    if (state !== 'unreachable') return undefined
    const timer = setInterval(() => {
      session.check().catch((error: unknown) => reportError(error))
    }, 2_000)
    return () => clearInterval(timer)
  }, [state, session])
  if (state === 'unknown') return null
  if (state === 'unreachable') return <p class="unreachable">{strings.serverAwayDetail}</p>
  if (state === 'signed-out') return <SignInPage />
  if (router.place.value.path === '/sign-in') return <Away to="/" />
  return (
    <>
      <Pages />
      {state === 'ended' && (
        <Dialog title={signInStrings.again} onClose={() => undefined} isSticky>
          <p class="dialog-body">{signInStrings.ended}</p>
          <SignInForm />
        </Dialog>
      )}
    </>
  )
}

function Away({ to }: { to: string }) {
  const { router } = useApp()
  useEffect(() => router.go(to, { replace: true }), [router, to])
  return null
}

function Pages() {
  const { router } = useApp()
  const isUpdated = useSignal(false)
  const components = useMemo(() => {
    const entries = Object.entries(LOADERS).map(
      ([name, load]) =>
        [
          name,
          lazy<PageProps>(load, () => {
            isUpdated.value = true
          })
        ] as const
    )
    return new Map(entries)
  }, [isUpdated])
  const match = router.match.value
  const Page = match && components.get(match.page)
  return (
    <Frame isUpdated={isUpdated.value}>
      {match === undefined || Page === undefined ? (
        <PageHead title={strings.notHere} />
      ) : (
        <Page key={`${match.page} ${JSON.stringify(match.params)}`} params={match.params} />
      )}
    </Frame>
  )
}
