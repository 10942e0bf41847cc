import { type Client, createClient } from '../api/client.js'
import { createRouter, type Router } from '../router/location.js'
import { type Calls, createCalls } from './calls.js'
import { type Clock, createClock } from './clock.js'
import { createLive, type Live } from './live.js'
import { createPreferences, type Preferences } from './preferences.js'
import { createSession, type Session } from './session.js'
import { createTitle, type Title } from './title.js'

/** The objects that every page can use. Created once, by main.tsx. */
export interface App {
  readonly api: Client
  readonly router: Router
  readonly session: Session
  readonly live: Live
  readonly clock: Clock
  readonly calls: Calls
  readonly preferences: Preferences
  readonly title: Title
}

export function createApp(window: Window & typeof globalThis): App {
  const { document } = window
  const fetch = window.fetch.bind(window)
  const clock = createClock(document)
  const session: Session = createSession(() => api, window.localStorage)
  const onSignedOut = () => session.hasEnded()
  const api = createClient({ fetch, onSignedOut, onServerTime: (time) => clock.serverTime(time) })
  const live = createLive({ fetch, document, onSignedOut })
  return {
    api,
    session,
    live,
    clock,
    calls: createCalls({ api, live }),
    title: createTitle(document),
    router: createRouter(window),
    preferences: createPreferences(window.localStorage, document.documentElement)
  }
}
