/**
 * A serial number of a certificate in the one form that is compared and stored: hexadecimal, lower case, without the
 * zeros in front that say only that the number is positive. Certificates, OCSP and OCPP write them in any case.
 */
export function foldSerial(serialNumber: string): string {
  return serialNumber.toLowerCase().replace(/^0+(?=.)/, '')
}
