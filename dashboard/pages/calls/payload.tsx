import { Copy } from '../../ui/copy.js'
import { visibleText } from '../../ui/format.js'

/** JSON as it was sent or received, with secrets hidden by the server. */
export function Payload({ title, value }: { title: string; value: unknown }) {
  if (value === undefined) return null
  const text = JSON.stringify(value, undefined, 2)
  return (
    <section class="section">
      <h2>
        {title} <Copy text={text} />
      </h2>
      <pre class="json">
        <bdi>{text.split('\n').map(visibleText).join('\n')}</bdi>
      </pre>
    </section>
  )
}
