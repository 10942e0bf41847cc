import type { ComponentChildren } from 'preact'
import { strings } from '../strings/en.js'

export interface Column<Row> {
  id: string
  title: string
  cell: (row: Row) => ComponentChildren
  isNumeric?: boolean
  /** The name by which the list can be sorted. */
  sort?: string
  /** Whether this column is the name of the row. */
  isHead?: boolean
}

interface TableProps<Row> {
  caption: string
  rows: readonly Row[]
  columns: readonly Column<Row>[]
  keyOf: (row: Row) => string | number
  /** The present order, with a leading - if it is reversed. */
  sort?: string | undefined
  onSort?: (sort: string) => void
  selection?: Selection
  /** A second line below a row. */
  below?: (row: Row) => ComponentChildren
  rowProps?: (row: Row) => Record<string, string | boolean | undefined>
}

export interface Selection {
  has: (key: string | number) => boolean
  toggle: (key: string | number) => void
  toggleAll: () => void
  isAll: boolean
}

/** A table; on a phone its rows are cards, by CSS. The roles are written out because some browsers drop them then. */
export function Table<Row>(props: TableProps<Row>) {
  const { caption, rows, columns, keyOf, sort, onSort, selection, below, rowProps } = props
  return (
    <div class="table-box">
      <table role="table">
        <caption class="hidden-text">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {selection !== undefined && (
              <th role="columnheader" scope="col" class="select">
                <input
                  type="checkbox"
                  aria-label={strings.selectAll}
                  checked={selection.isAll}
                  onChange={selection.toggleAll}
                />
              </th>
            )}
            {columns.map((column) => (
              <HeadCell key={column.id} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => {
            const key = keyOf(row)
            const more = below?.(row)
            return [
              <tr role="row" key={key} data-key={key} {...rowProps?.(row)}>
                {selection !== undefined && (
                  <td role="cell" class="select">
                    <input
                      type="checkbox"
                      aria-label={strings.selectRow(String(key))}
                      checked={selection.has(key)}
                      onChange={() => selection.toggle(key)}
                    />
                  </td>
                )}
                {columns.map((column) => (
                  <BodyCell key={column.id} column={column} row={row} />
                ))}
              </tr>,
              more !== undefined && more !== null && more !== false && (
                <tr role="row" class="below" key={`${key} below`}>
                  <td role="cell" colSpan={columns.length + (selection === undefined ? 0 : 1)}>
                    {more}
                  </td>
                </tr>
              )
            ]
          })}
        </tbody>
      </table>
    </div>
  )
}

interface HeadCellProps<Row> {
  column: Column<Row>
  sort: string | undefined
  onSort: ((sort: string) => void) | undefined
}

function HeadCell<Row>({ column, sort, onSort }: HeadCellProps<Row>) {
  const { title, isNumeric, sort: name } = column
  const isUp = name !== undefined && sort === name
  const isDown = name !== undefined && sort === `-${name}`
  return (
    <th
      role="columnheader"
      scope="col"
      class={isNumeric ? 'numeric' : ''}
      aria-sort={isUp ? 'ascending' : isDown ? 'descending' : undefined}
    >
      {name === undefined || onSort === undefined ? (
        title
      ) : (
        <button type="button" class="sort" onClick={() => onSort(isUp ? `-${name}` : name)}>
          {title}
          <span aria-hidden="true">{isUp ? ' ↑' : isDown ? ' ↓' : ''}</span>
        </button>
      )}
    </th>
  )
}

function BodyCell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  const { title, cell, isNumeric, isHead } = column
  const shared = { 'data-label': title, class: isNumeric ? 'numeric' : '' }
  if (isHead) {
    return (
      <th role="rowheader" scope="row" {...shared}>
        {cell(row)}
      </th>
    )
  }
  return (
    <td role="cell" {...shared}>
      {cell(row)}
    </td>
  )
}
