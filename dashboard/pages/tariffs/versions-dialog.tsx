import type { TariffVersion } from '../../api/records.js'
import { strings } from '../../strings/en/tariffs.js'
import { Dialog } from '../../ui/dialog.js'
import { visibleJson } from '../../ui/format.js'
import { Loaded } from '../../ui/loaded.js'
import { Table } from '../../ui/table.js'
import { Foreign, Id } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import { useQuery } from '../../ui/use-query.js'

/** The versions of a tariff, which never change. */
export function VersionsDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const versions = useQuery<{ items: TariffVersion[] }>(`/tariffs/${encodeURIComponent(id)}/versions`)
  const { version: titles } = strings
  return (
    <Dialog title={strings.versionsTitle(id)} onClose={onClose} isWide>
      <Loaded query={versions}>
        {({ items }) => (
          <Table
            caption={strings.versionsTitle(id)}
            rows={items}
            keyOf={({ version }) => version}
            columns={[
              { id: 'version', title: titles.version, isHead: true, cell: ({ version }) => version },
              { id: 'active', title: titles.active, cell: ({ activeAt }) => <Time at={activeAt} /> },
              { id: 'from', title: titles.validFrom, cell: ({ validFrom }) => validFrom && <Time at={validFrom} /> },
              { id: 'by', title: titles.madeBy, cell: ({ madeBy }) => madeBy && <Foreign text={madeBy} /> },
              { id: 'ocpp', title: titles.ocppTariffId, cell: ({ ocppTariffId }) => <Id text={ocppTariffId} /> },
              {
                id: 'document',
                title: titles.document,
                cell: ({ document }) => (
                  <details>
                    <summary>JSON</summary>
                    <pre>{visibleJson(document)}</pre>
                  </details>
                )
              }
            ]}
          />
        )}
      </Loaded>
    </Dialog>
  )
}
