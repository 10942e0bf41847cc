import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Skeleton } from './loaded.js'

/** A component that is loaded when it is first shown. */
export function lazy<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
  onGone: () => void
): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined
  return function Lazy(props: Props) {
    const [Component, setComponent] = useState(() => loaded)
    useEffect(() => {
      if (Component !== undefined) return
      load().then((module) => {
        loaded = module.default
        setComponent(() => module.default)
      }, onGone)
    }, [Component])
    return Component === undefined ? <Skeleton /> : <Component {...props} />
  }
}
