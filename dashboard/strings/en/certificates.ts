export const strings = {
  title: 'Certificates',
  caption: 'Certificates of charge points',
  authority: 'Certificate of our authority',
  none: 'No certificate yet',
  noneHelp: 'Certificates are made when a charge point asks for one.',
  filters: 'Filters',
  chargePoint: 'Charge point',
  status: 'Status',
  renew: 'Renew',
  revoke: 'Revoke',
  revokeTitle: (id: string) => `Revoke the certificate ${id}?`,
  revokeBody: 'The charge point cannot connect with it any more. A connection that uses it is closed.',
  revoked: 'Revoked',
  actions: 'Actions',
  pem: 'PEM',
  statuses: {
    requested: 'Requested',
    issued: 'Signed',
    accepted: 'Accepted',
    'in-use': 'In use',
    superseded: 'Superseded',
    rejected: 'Rejected',
    failed: 'Failed',
    installed: 'Installed',
    expired: 'Expired'
  } as Readonly<Record<string, string>>,
  columns: { chargePoint: 'Charge point', type: 'Use', status: 'Status', expires: 'Expires', subject: 'Subject' }
}
