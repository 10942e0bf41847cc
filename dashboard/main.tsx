import { render } from 'preact'
import { Root } from './pages/frame/root.js'
import { createApp } from './store/app.js'
import { AppProvider } from './ui/app-context.js'

const app = createApp(window)
const element = document.getElementById('app')
if (element === null) throw new Error('index.html has no element for the app')
render(
  <AppProvider app={app}>
    <Root />
  </AppProvider>,
  element
)
