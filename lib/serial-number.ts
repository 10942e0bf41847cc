/**
 * The form in which serial numbers of certificates are compared and stored: hexadecimal, lower case, without leading
 * zeros, which only show that the number is positive. Certificates, OCSP and OCPP write them in different ways.
 */
export function foldSerial(serialNumber: string): string {
  return serialNumber.toLowerCase().replace(/^0+(?=.)/, '')
}
