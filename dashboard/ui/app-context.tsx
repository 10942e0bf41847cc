import { type ComponentChildren, createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { App } from '../store/app.js'

const AppContext = createContext<App | undefined>(undefined)

export function AppProvider({ app, children }: { app: App; children: ComponentChildren }) {
  return <AppContext.Provider value={app}>{children}</AppContext.Provider>
}

export function useApp(): App {
  const app = useContext(AppContext)
  if (app === undefined) throw new Error('there is no app around this component')
  return app
}
