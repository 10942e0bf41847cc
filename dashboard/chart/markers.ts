import type UPlot from 'uplot'

/** Something that happened at a time. Seconds since 1970. */
export interface Marker {
  time: number
  text: string
}

const GAP = 4

/** Draws a line for each marker, and its text where it does not cover another one. */
export function markerPlugin(markers: () => readonly Marker[], color: string): UPlot.Plugin {
  return {
    hooks: {
      draw: (plot: UPlot) => {
        const { ctx, bbox } = plot
        const ratio = devicePixelRatio
        let free = Number.NEGATIVE_INFINITY
        ctx.save()
        ctx.strokeStyle = color
        ctx.fillStyle = color
        ctx.lineWidth = ratio
        ctx.font = `${11 * ratio}px system-ui`
        ctx.textBaseline = 'top'
        ctx.setLineDash([2 * ratio, 3 * ratio])
        for (const { time, text } of markers()) {
          const x = Math.round(plot.valToPos(time, 'x', true))
          if (x < bbox.left || x > bbox.left + bbox.width) continue
          ctx.beginPath()
          ctx.moveTo(x, bbox.top)
          ctx.lineTo(x, bbox.top + bbox.height)
          ctx.stroke()
          const { width } = ctx.measureText(text)
          const isAtEnd = x + width + GAP * ratio > bbox.left + bbox.width
          const at = isAtEnd ? x - width - GAP * ratio : x + GAP * ratio
          if (at < free) continue
          ctx.fillText(text, at, bbox.top + GAP * ratio)
          free = at + width + 2 * GAP * ratio
        }
        ctx.restore()
      }
    }
  }
}
