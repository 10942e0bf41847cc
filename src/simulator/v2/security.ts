import { parseTime } from '../../time.js'
import type * as v21 from '../../v21/index.js'
import { certificateHash, deleteCertificate, looksLikeCertificate } from '../certificates.js'
import { isNowhere, publishFirmware, updateFirmware, uploadLog } from '../sequences.js'
import { type Answers, call } from './calls.js'

export const security: Answers<
  'CertificateSigned' | 'InstallCertificate' | 'DeleteCertificate' | 'GetInstalledCertificateIds'
> = {
  CertificateSigned: (charger, { certificateChain }) => {
    if (charger.takeCertificate(certificateChain)) return { status: 'Accepted' }
    charger.afterwards(() =>
      charger.dialect.securityEvent(
        charger,
        'InvalidChargingStationCertificate',
        'not for a key that a request was for'
      )
    )
    return { status: 'Rejected', statusInfo: { reasonCode: 'InvalidCertificate' } }
  },
  InstallCertificate: (charger, { certificateType, certificate }) => {
    const hash = certificateHash(certificate)
    if (hash === undefined) return { status: 'Rejected', statusInfo: { reasonCode: 'InvalidCertificate' } }
    charger.memory.certificates.set(hash.serialNumber, { type: certificateType, hash })
    return { status: 'Accepted' }
  },
  DeleteCertificate: (charger, { certificateHashData }) => ({
    status: deleteCertificate(charger.memory.certificates, certificateHashData)
  }),
  GetInstalledCertificateIds: (charger, { certificateType }) => {
    const found = [...charger.memory.certificates.values()].filter(
      ({ type }) => certificateType?.some((wanted) => wanted === type) ?? true
    )
    if (found.length === 0) return { status: 'NotFound' }
    const chains = found.map(({ type, hash }) => ({
      certificateType: type as v21.GetCertificateIdUseEnumType,
      certificateHashData: hash
    }))
    return { status: 'Accepted', certificateHashDataChain: chains }
  }
}

export const firmwareAndLogs: Answers<'UpdateFirmware' | 'PublishFirmware' | 'UnpublishFirmware' | 'GetLog'> = {
  UpdateFirmware: (charger, { requestId, firmware }) => {
    const { location, retrieveDateTime, signingCertificate } = firmware
    if (signingCertificate !== undefined && !looksLikeCertificate(signingCertificate)) {
      charger.afterwards(() =>
        charger.dialect.securityEvent(charger, 'InvalidFirmwareSigningCertificate', 'not in PEM')
      )
      return { status: 'InvalidCertificate' }
    }
    const isSigned = signingCertificate !== undefined
    updateFirmware(charger, { location, retrieveAt: parseTime(retrieveDateTime) ?? Date.now(), isSigned, requestId })
    return { status: 'Accepted' }
  },
  PublishFirmware: (charger, { requestId, checksum, location }) => {
    if (isNowhere(location)) return { status: 'Rejected', statusInfo: { reasonCode: 'InvalidURL' } }
    charger.memory.firmwares.add(checksum)
    publishFirmware(charger, (text) => {
      const status = text as v21.PublishFirmwareStatusEnumType
      const places = status === 'Published' ? { location: [`http://${charger.identity}.invalid/firmware`] } : {}
      return call(charger, 'PublishFirmwareStatusNotification', { status, requestId, ...places })
    })
    return { status: 'Accepted' }
  },
  UnpublishFirmware: (charger, { checksum }) => ({
    status: charger.memory.firmwares.delete(checksum) ? 'Unpublished' : 'NoFirmware'
  }),
  GetLog: (charger, { log, requestId }) => {
    const notify = (status: string) =>
      call(charger, 'LogStatusNotification', {
        status: status === 'failed' ? 'UploadFailure' : (status as v21.UploadLogStatusEnumType),
        requestId
      })
    const replaces = uploadLog(charger, log.remoteLocation, notify)
    const filename = `${charger.identity}-${requestId}.log`.slice(0, 255)
    return { status: replaces ? 'AcceptedCanceled' : 'Accepted', filename }
  }
}
