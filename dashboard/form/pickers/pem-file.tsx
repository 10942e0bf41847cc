import { strings } from '../../strings/en/form.js'

/** Reads a certificate from a file of the operator. */
export function PemFile({ onRead }: { onRead: (text: string) => void }) {
  return (
    <label class="hint">
      {strings.pemFile}{' '}
      <input
        type="file"
        accept=".pem,.crt,.cer,application/x-pem-file"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? []
          file?.text().then(onRead, (error: unknown) => reportError(error))
        }}
      />
    </label>
  )
}
