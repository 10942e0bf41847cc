import { formatEnergy, formatMoney, formatNumber, formatPercent, formatPower } from './format.js'

interface NumberProps {
  value: number | undefined
}

export const Energy = ({ value }: NumberProps) => <span class="number">{formatEnergy(value)}</span>

export const Power = ({ value }: NumberProps) => <span class="number">{formatPower(value)}</span>

export const Percent = ({ value }: NumberProps) => <span class="number">{formatPercent(value)}</span>

export const Count = ({ value }: NumberProps) => <span class="number">{formatNumber(value)}</span>

export function Money({ value, currency }: NumberProps & { currency: string | undefined }) {
  return <span class="number">{formatMoney(value, currency)}</span>
}
