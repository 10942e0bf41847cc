import { strings } from '../../strings/en/form.js'
import { formatElapsed } from '../../ui/format.js'
import type { FieldProps } from '../context.js'
import { Member, More } from '../field.js'
import { below, stepsOf } from '../pointer.js'
import { type PeriodMembers, scheduleText } from '../schedule.js'
import type { Field } from '../tree.js'
import { read } from '../value.js'

/** Maximum number of periods in words. */
const SHOWN = 24

type Props = Omit<FieldProps, 'field'> & { members: PeriodMembers }

/** One period of a charging schedule in a row: its start, limit and phases, the rest under More. */
export function Period({ members, pointer, form }: Props) {
  const { start, limit, phases, others } = members
  const seconds = read(form.value, below(pointer, start.name))
  const elapsed = typeof seconds === 'number' ? formatElapsed(seconds) : undefined
  return (
    <>
      <div class="radios">
        <Member field={{ ...start, description: strings.startsAt(elapsed) }} pointer={pointer} form={form} />
        <Member field={bare(limit)} pointer={pointer} form={form} />
        {phases !== undefined && <Member field={bare(phases)} pointer={pointer} form={form} />}
      </div>
      {others.length > 0 && <More fields={others} pointer={pointer} form={form} />}
    </>
  )
}

/** The field without its description, which would stand in every row. */
function bare({ description: _, ...field }: Field): Field {
  return field
}

/** The schedule in words, with what is wrong with its order. */
export function ScheduleNote({ members, pointer, form }: Props) {
  const periods = read(form.value, pointer)
  if (!Array.isArray(periods) || periods.length === 0) return null
  const parent = stepsOf(pointer).slice(0, -1).reduce<string>(below, '')
  const { lines, faults } = scheduleText(members, periods, read(form.value, parent))
  return (
    <div class="hint">
      <p>{strings.schedule}</p>
      <ol>
        {lines.slice(0, SHOWN).map((line, index) => (
          <li key={`${index} ${line}`}>{line}</li>
        ))}
        {lines.length > SHOWN && <li>{strings.morePeriods(lines.length - SHOWN)}</li>}
      </ol>
      {faults.slice(0, SHOWN).map((fault) => (
        <p key={fault} class="caution">
          {fault}
        </p>
      ))}
    </div>
  )
}
