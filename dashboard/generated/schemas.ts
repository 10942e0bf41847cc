// Generated from the schemas of the operator API by `npm run generate`; do not edit.

import type { Schema } from '../form/tree.js'

export const chargePointSchema: Schema = {
  "additionalProperties": false,
  "type": "object",
  "properties": {
    "name": {
      "description": "What operators call it",
      "anyOf": [
        {
          "pattern": "^(?=.*\\S)[^\\u0000-\\u001f\\u007f-\\u009f]+$",
          "x-rule": "must be one line of text",
          "minLength": 1,
          "maxLength": 100,
          "type": "string"
        },
        {
          "type": "null"
        }
      ]
    },
    "site": {
      "description": "The id of its site",
      "anyOf": [
        {
          "pattern": "^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$",
          "x-rule": "must be 1 to 64 lower-case letters, digits, dots, hyphens and underscores, and begin and end with a letter or digit",
          "type": "string"
        },
        {
          "type": "null"
        }
      ]
    },
    "notes": {
      "anyOf": [
        {
          "maxLength": 10000,
          "type": "string"
        },
        {
          "type": "null"
        }
      ]
    },
    "enabled": {
      "description": "Whether the charge point may connect",
      "type": "boolean"
    },
    "registration": {
      "type": "string",
      "enum": [
        "Accepted",
        "Pending",
        "Rejected"
      ],
      "description": "Status in the answer to the next BootNotification"
    },
    "securityProfile": {
      "description": "The lowest security profile that the charge point may connect with. Default: the highest that it ever used. Set a lower one to let it go back",
      "anyOf": [
        {
          "minimum": 0,
          "maximum": 3,
          "type": "integer"
        },
        {
          "type": "null"
        }
      ]
    }
  }
}

export const circuitLimitSchema: Schema = {
  "additionalProperties": false,
  "minProperties": 3,
  "type": "object",
  "required": [
    "ttl",
    "source"
  ],
  "properties": {
    "A": {
      "minimum": 0,
      "maximum": 10000,
      "description": "A. Of every phase",
      "type": "number"
    },
    "L1": {
      "minimum": 0,
      "maximum": 10000,
      "description": "A. Of this phase",
      "type": "number"
    },
    "L2": {
      "minimum": 0,
      "maximum": 10000,
      "description": "A. Of this phase",
      "type": "number"
    },
    "L3": {
      "minimum": 0,
      "maximum": 10000,
      "description": "A. Of this phase",
      "type": "number"
    },
    "W": {
      "minimum": 0,
      "maximum": 100000000,
      "description": "W. Of all phases together",
      "type": "number"
    },
    "ttl": {
      "minimum": 5,
      "maximum": 86400,
      "description": "Seconds that it holds; then `fallbackLimit` does",
      "type": "integer"
    },
    "source": {
      "minLength": 1,
      "maxLength": 100,
      "description": "Who sets it, e.g. EMS",
      "type": "string"
    }
  }
}

export const closeSchema: Schema = {
  "additionalProperties": false,
  "type": "object",
  "required": [
    "note"
  ],
  "properties": {
    "meterStop": {
      "minimum": 0,
      "maximum": 9007199254740991,
      "description": "Wh. Default: the last reading",
      "type": "number"
    },
    "endedAt": {
      "format": "date-time",
      "description": "Default: the time of the last message about the transaction",
      "type": "string"
    },
    "note": {
      "minLength": 1,
      "maxLength": 1000,
      "description": "Why, for the audit log and the transaction",
      "type": "string"
    }
  }
}

export const correctionSchema: Schema = {
  "additionalProperties": false,
  "type": "object",
  "required": [
    "reason"
  ],
  "properties": {
    "energyWh": {
      "minimum": 0,
      "maximum": 1000000000,
      "description": "Energy, in Wh",
      "type": "number"
    },
    "endedAt": {
      "format": "date-time",
      "description": "The end of the transaction",
      "type": "string"
    },
    "idleSeconds": {
      "minimum": 0,
      "maximum": 31536000,
      "description": "Idle time, which is the last part of the transaction",
      "type": "integer"
    },
    "tariffId": {
      "minLength": 1,
      "maxLength": 60,
      "description": "The version of this tariff that was valid at the start",
      "type": "string"
    },
    "amount": {
      "minimum": 0,
      "maximum": 1000000000,
      "description": "What is to be paid, with tax, in units of the currency; needs one tax rate",
      "type": "number"
    },
    "waive": {
      "description": "Nothing is billed",
      "const": true,
      "type": "boolean"
    },
    "reason": {
      "minLength": 1,
      "maxLength": 1000,
      "description": "On the receipts",
      "type": "string"
    }
  }
}

export const creditSchema: Schema = {
  "additionalProperties": false,
  "type": "object",
  "required": [
    "reason"
  ],
  "properties": {
    "reason": {
      "minLength": 1,
      "maxLength": 1000,
      "description": "On the credit note, and for the audit log",
      "type": "string"
    }
  }
}

export const idTokenSchema: Schema = {
  "additionalProperties": false,
  "type": "object",
  "properties": {
    "type": {
      "maxLength": 20,
      "description": "Type of OCPP 2.x, e.g. ISO14443, eMAID, Central. Empty: any type. OCPP 1.6 has no types",
      "type": "string"
    },
    "status": {
      "type": "string",
      "enum": [
        "Accepted",
        "Blocked",
        "Expired",
        "Invalid",
        "NoCredit",
        "NotAllowedTypeEVSE",
        "NotAtThisLocation",
        "NotAtThisTime"
      ],
      "description": "Status in answers to charge points. OCPP 1.6 gets Invalid for a status that it does not have"
    },
    "groupId": {
      "description": "Tokens of one group may stop each other's transactions; parentIdTag in OCPP 1.6",
      "anyOf": [
        {
          "minLength": 1,
          "maxLength": 255,
          "type": "string"
        },
        {
          "type": "null"
        }
      ]
    },
    "masterGroup": {
      "description": "Whether tokens of this group may stop any transaction; OCPP 2.x only",
      "type": "boolean"
    },
    "expiresAt": {
      "anyOf": [
        {
          "format": "date-time",
          "type": "string"
        },
        {
          "type": "null"
        }
      ]
    },
    "language": {
      "anyOf": [
        {
          "minLength": 1,
          "maxLength": 8,
          "type": "string"
        },
        {
          "type": "null"
        }
      ]
    },
    "transactionLimit": {
      "description": "Limits of each transaction that this token begins, e.g. a prepaid balance",
      "anyOf": [
        {
          "additionalProperties": false,
          "minProperties": 1,
          "type": "object",
          "properties": {
            "maxCost": {
              "minimum": 0.000001,
              "maximum": 1000000000,
              "description": "Including tax, in the currency of the tariff; at most six decimals",
              "type": "number"
            },
            "maxEnergy": {
              "minimum": 0.000001,
              "maximum": 1000000000000,
              "description": "Wh; at most six decimals",
              "type": "number"
            },
            "maxTime": {
              "minimum": 1,
              "maximum": 2147483647,
              "description": "Seconds",
              "type": "integer"
            },
            "maxSoC": {
              "minimum": 1,
              "maximum": 100,
              "description": "Per cent. Only OCPP 2.1 charge points can obey it",
              "type": "integer"
            }
          }
        },
        {
          "type": "null"
        }
      ]
    },
    "chargingNeeds": {
      "description": "What the cars of its transactions need as a rule, for load management. Those of the id token whose value is the group id count for the whole group",
      "anyOf": [
        {
          "additionalProperties": false,
          "minProperties": 1,
          "type": "object",
          "properties": {
            "energy": {
              "minimum": 0,
              "maximum": 10000000,
              "description": "Wh. That the car is to get in the whole transaction",
              "type": "number"
            },
            "minimumEnergy": {
              "minimum": 0,
              "maximum": 10000000,
              "description": "Wh. Without it the driver cannot leave: the car is charged first until it has got it",
              "type": "number"
            },
            "priority": {
              "minimum": 0,
              "maximum": 100,
              "description": "The highest first. Default: that of the EVSE",
              "type": "integer"
            },
            "mayPause": {
              "description": "false: the car sleeps after a pause. It gets its minimum before others, and is not paused in favour of them. Default: that of the EVSE",
              "type": "boolean"
            },
            "duration": {
              "minimum": 1,
              "maximum": 2678400,
              "description": "Seconds from the start of the transaction until the car leaves",
              "type": "integer"
            }
          }
        },
        {
          "type": "null"
        }
      ]
    },
    "notes": {
      "anyOf": [
        {
          "maxLength": 10000,
          "type": "string"
        },
        {
          "type": "null"
        }
      ]
    }
  }
}

export const loadManagementSchema: Schema = {
  "additionalProperties": false,
  "type": "object",
  "required": [
    "mode",
    "circuits",
    "evses"
  ],
  "properties": {
    "mode": {
      "type": "string",
      "enum": [
        "off",
        "observe",
        "control"
      ],
      "description": "off: nothing; observe: calculate and show, send nothing; control: limit the charge points"
    },
    "voltage": {
      "minimum": 50,
      "maximum": 1000,
      "description": "V, between line and neutral. Default: 230",
      "type": "number"
    },
    "fairness": {
      "type": "string",
      "enum": [
        "current",
        "power"
      ],
      "description": "What cars of the same urgency share alike: the current on each of their phases, or their power, of which a car on three phases has three times as much with the same current. Default: current"
    },
    "lease": {
      "minimum": 60,
      "maximum": 86400,
      "description": "Seconds after which a limit ends that is not renewed, and `fallback` applies. Default: 900",
      "type": "integer"
    },
    "raiseDelay": {
      "minimum": 0,
      "maximum": 3600,
      "description": "Seconds after a change before a raise. Default: 15",
      "type": "integer"
    },
    "dwell": {
      "minimum": 60,
      "maximum": 86400,
      "description": "Seconds for which a car that charges is not paused in favour of another one. Default: 900",
      "type": "integer"
    },
    "settle": {
      "minimum": 5,
      "maximum": 600,
      "description": "Seconds after which the current has followed a limit. Default: 10",
      "type": "integer"
    },
    "strict": {
      "description": "Whether the maximum of an EVSE is reserved until a measured current has obeyed a limit once. Default: false",
      "type": "boolean"
    },
    "stopDisobedient": {
      "description": "Whether a transaction is stopped when its EVSE ignores its limits and a circuit was measured above its own for 30 seconds. Default: false",
      "type": "boolean"
    },
    "circuits": {
      "maxItems": 200,
      "type": "array",
      "items": {
        "additionalProperties": false,
        "type": "object",
        "required": [
          "id",
          "limit"
        ],
        "properties": {
          "id": {
            "pattern": "^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$",
            "x-rule": "must be 1 to 64 lower-case letters, digits, dots, hyphens and underscores, and begin and end with a letter or digit",
            "type": "string"
          },
          "parent": {
            "pattern": "^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$",
            "x-rule": "must be 1 to 64 lower-case letters, digits, dots, hyphens and underscores, and begin and end with a letter or digit",
            "type": "string"
          },
          "name": {
            "minLength": 1,
            "maxLength": 100,
            "type": "string"
          },
          "limit": {
            "additionalProperties": false,
            "minProperties": 1,
            "type": "object",
            "properties": {
              "A": {
                "minimum": 0,
                "maximum": 10000,
                "description": "A. Of every phase",
                "type": "number"
              },
              "L1": {
                "minimum": 0,
                "maximum": 10000,
                "description": "A. Of this phase",
                "type": "number"
              },
              "L2": {
                "minimum": 0,
                "maximum": 10000,
                "description": "A. Of this phase",
                "type": "number"
              },
              "L3": {
                "minimum": 0,
                "maximum": 10000,
                "description": "A. Of this phase",
                "type": "number"
              },
              "W": {
                "minimum": 0,
                "maximum": 100000000,
                "description": "W. Of all phases together",
                "type": "number"
              }
            }
          },
          "fallbackLimit": {
            "additionalProperties": false,
            "minProperties": 1,
            "type": "object",
            "properties": {
              "A": {
                "minimum": 0,
                "maximum": 10000,
                "description": "A. Of every phase",
                "type": "number"
              },
              "L1": {
                "minimum": 0,
                "maximum": 10000,
                "description": "A. Of this phase",
                "type": "number"
              },
              "L2": {
                "minimum": 0,
                "maximum": 10000,
                "description": "A. Of this phase",
                "type": "number"
              },
              "L3": {
                "minimum": 0,
                "maximum": 10000,
                "description": "A. Of this phase",
                "type": "number"
              },
              "W": {
                "minimum": 0,
                "maximum": 100000000,
                "description": "W. Of all phases together",
                "type": "number"
              }
            },
            "description": "Holds after a dynamic limit has expired, and while a measurement is too old. Default: `limit`"
          },
          "voltage": {
            "minimum": 50,
            "maximum": 100000,
            "description": "V, between line and neutral. Default: that of the parent, else of the site. Another one than that of the parent: there is a transformer between them, and each current below counts on all phases above it",
            "type": "number"
          },
          "margin": {
            "minimum": 0,
            "maximum": 10000,
            "description": "A. Kept free on each phase. Default: 1",
            "type": "number"
          },
          "unbalance": {
            "minimum": 0.1,
            "maximum": 10000,
            "description": "A. By how much the currents of the charge points below may differ between phases, e.g. 20 in Germany [VDE-AR-N 4100]. Default: no limit",
            "type": "number"
          },
          "windows": {
            "maxItems": 50,
            "type": "array",
            "items": {
              "additionalProperties": false,
              "description": "In the time zone of the site. `to` before `from` is on the next day",
              "type": "object",
              "required": [
                "from",
                "to",
                "limit"
              ],
              "properties": {
                "days": {
                  "minItems": 1,
                  "maxItems": 7,
                  "type": "array",
                  "items": {
                    "type": "string",
                    "enum": [
                      "Mon",
                      "Tue",
                      "Wed",
                      "Thu",
                      "Fri",
                      "Sat",
                      "Sun"
                    ],
                    "description": "On which the window begins. Default: every day"
                  }
                },
                "from": {
                  "pattern": "^(?:[01]\\d|2[0-3]):[0-5]\\d$",
                  "x-rule": "must be a time of day such as 17:00",
                  "type": "string"
                },
                "to": {
                  "pattern": "^(?:[01]\\d|2[0-3]):[0-5]\\d$",
                  "x-rule": "must be a time of day such as 17:00",
                  "type": "string"
                },
                "limit": {
                  "additionalProperties": false,
                  "minProperties": 1,
                  "type": "object",
                  "properties": {
                    "A": {
                      "minimum": 0,
                      "maximum": 10000,
                      "description": "A. Of every phase",
                      "type": "number"
                    },
                    "L1": {
                      "minimum": 0,
                      "maximum": 10000,
                      "description": "A. Of this phase",
                      "type": "number"
                    },
                    "L2": {
                      "minimum": 0,
                      "maximum": 10000,
                      "description": "A. Of this phase",
                      "type": "number"
                    },
                    "L3": {
                      "minimum": 0,
                      "maximum": 10000,
                      "description": "A. Of this phase",
                      "type": "number"
                    },
                    "W": {
                      "minimum": 0,
                      "maximum": 100000000,
                      "description": "W. Of all phases together",
                      "type": "number"
                    }
                  }
                }
              }
            }
          },
          "maxMeasurementAge": {
            "minimum": 5,
            "maximum": 86400,
            "description": "Seconds. Default: 60",
            "type": "integer"
          }
        }
      }
    },
    "evses": {
      "maxItems": 2000,
      "type": "array",
      "items": {
        "additionalProperties": false,
        "type": "object",
        "required": [
          "identity",
          "evseId",
          "circuit",
          "maximum",
          "fallback"
        ],
        "properties": {
          "identity": {
            "pattern": "^(?! )[A-Za-z0-9*\\-_=+|@. ]{1,48}(?<! )$",
            "x-rule": "must be 1 to 48 letters, digits, spaces and * - _ = + | @ . without a space at either end",
            "type": "string"
          },
          "evseId": {
            "minimum": 1,
            "maximum": 1000,
            "description": "EVSE; in OCPP 1.6 the connector",
            "type": "integer"
          },
          "circuit": {
            "pattern": "^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$",
            "x-rule": "must be 1 to 64 lower-case letters, digits, dots, hyphens and underscores, and begin and end with a letter or digit",
            "type": "string"
          },
          "wiring": {
            "type": "string",
            "enum": [
              "L1L2L3",
              "L2L3L1",
              "L3L1L2",
              "L1L3L2",
              "L3L2L1",
              "L2L1L3",
              "L1",
              "L2",
              "L3",
              "L1L2",
              "L2L3",
              "L3L1"
            ],
            "description": "The phases of the site that it is wired to. Default: L1L2L3. Two phases: line to line"
          },
          "maximum": {
            "minimum": 6,
            "maximum": 10000,
            "description": "A. The most that the EVSE can supply on a phase",
            "type": "number"
          },
          "minimum": {
            "minimum": 6,
            "maximum": 10000,
            "description": "A. Below it a car does not charge. Default: 6",
            "type": "number"
          },
          "fallback": {
            "minimum": 0,
            "maximum": 10000,
            "description": "A. 0, or at least `minimum`. What the EVSE supplies while it hears nothing from the back-end, and the start of a transaction",
            "type": "number"
          },
          "priority": {
            "minimum": 0,
            "maximum": 100,
            "description": "The highest first. Default: 0",
            "type": "integer"
          },
          "mayPause": {
            "description": "false: cars sleep after a pause here. They get their minimum before others, and are not paused in favour of them. Default: true",
            "type": "boolean"
          },
          "unit": {
            "type": "string",
            "enum": [
              "A",
              "W"
            ],
            "description": "In which limits are sent. Default: what the charge point takes, A if that is not known"
          }
        }
      }
    },
    "stations": {
      "maxItems": 1000,
      "description": "Charge points whose EVSEs cannot have their maximum at the same time. Default: none",
      "type": "array",
      "items": {
        "additionalProperties": false,
        "type": "object",
        "required": [
          "identity",
          "maximum"
        ],
        "properties": {
          "identity": {
            "pattern": "^(?! )[A-Za-z0-9*\\-_=+|@. ]{1,48}(?<! )$",
            "x-rule": "must be 1 to 48 letters, digits, spaces and * - _ = + | @ . without a space at either end",
            "type": "string"
          },
          "maximum": {
            "minimum": 6,
            "maximum": 10000,
            "description": "A. The most that the charge point can supply on a phase, all its EVSEs together",
            "type": "number"
          }
        }
      }
    }
  }
}

export const operatorTokenSchema: Schema = {
  "additionalProperties": false,
  "type": "object",
  "required": [
    "name",
    "scopes"
  ],
  "properties": {
    "name": {
      "pattern": "^(?!(?:operator|command-line|self)$)[a-z0-9][a-z0-9._\\-]{0,63}$",
      "x-rule": "must be 1 to 64 lower case letters, digits and . _ -, begin with a letter or digit, and not be operator, command-line, self",
      "description": "1 to 64 lower case letters, digits, `.`, `_` and `-`. The audit log shows this name",
      "type": "string"
    },
    "scopes": {
      "description": "What the token allows: a `write` scope includes `read`, and `admin` includes everything",
      "type": "array",
      "items": {
        "type": "string",
        "enum": [
          "charge-points:read",
          "charge-points:write",
          "calls:write",
          "transactions:read",
          "transactions:write",
          "id-tokens:read",
          "id-tokens:write",
          "sites:read",
          "sites:write",
          "tariffs:write",
          "billing:read",
          "billing:write",
          "limits:write",
          "admin"
        ]
      },
      "minItems": 1,
      "uniqueItems": true
    },
    "expiresAt": {
      "description": "Default: never",
      "anyOf": [
        {
          "format": "date-time",
          "type": "string"
        },
        {
          "type": "null"
        }
      ]
    }
  }
}

export const siteSchema: Schema = {
  "additionalProperties": false,
  "type": "object",
  "required": [
    "name"
  ],
  "properties": {
    "name": {
      "pattern": "^(?=.*\\S)[^\\u0000-\\u001f\\u007f-\\u009f]+$",
      "x-rule": "must be one line of text",
      "minLength": 1,
      "maxLength": 100,
      "type": "string"
    },
    "address": {
      "minLength": 1,
      "maxLength": 1000,
      "type": "string"
    },
    "position": {
      "additionalProperties": false,
      "description": "Degrees, WGS 84",
      "type": "object",
      "required": [
        "latitude",
        "longitude"
      ],
      "properties": {
        "latitude": {
          "minimum": -90,
          "maximum": 90,
          "type": "number"
        },
        "longitude": {
          "minimum": -180,
          "maximum": 180,
          "type": "number"
        }
      }
    },
    "timeZone": {
      "minLength": 1,
      "maxLength": 64,
      "description": "IANA time zone, such as Europe/Berlin",
      "type": "string"
    },
    "notes": {
      "minLength": 1,
      "maxLength": 10000,
      "type": "string"
    }
  }
}

export const tariffSchema: Schema = {
  "additionalProperties": false,
  "type": "object",
  "required": [
    "currency"
  ],
  "properties": {
    "chargePoint": {
      "minLength": 1,
      "maxLength": 48,
      "description": "Default: every charge point",
      "type": "string"
    },
    "groupId": {
      "minLength": 1,
      "maxLength": 255,
      "description": "Group of id tokens. Default: every id token",
      "type": "string"
    },
    "currency": {
      "pattern": "^[A-Z]{3}$",
      "x-rule": "must be three capital letters, e.g. EUR",
      "description": "ISO 4217",
      "type": "string"
    },
    "pricePerKwh": {
      "minimum": 0,
      "maximum": 1000000,
      "description": "Without tax",
      "type": "number"
    },
    "pricePerHour": {
      "minimum": 0,
      "maximum": 1000000,
      "description": "Without tax, from start to end of a transaction",
      "type": "number"
    },
    "pricePerSession": {
      "minimum": 0,
      "maximum": 1000000,
      "description": "Without tax",
      "type": "number"
    },
    "tax": {
      "minimum": 0,
      "maximum": 100,
      "description": "Per cent",
      "type": "number"
    },
    "description": {
      "maxLength": 512,
      "type": "string"
    }
  }
}

export const newWebhookSchema: Schema = {
  "additionalProperties": false,
  "type": "object",
  "required": [
    "url"
  ],
  "properties": {
    "url": {
      "minLength": 1,
      "maxLength": 2000,
      "description": "URL to which events are posted: https, without user and password. Private addresses need WEBHOOK_ALLOWED_NETWORKS",
      "type": "string"
    },
    "description": {
      "anyOf": [
        {
          "maxLength": 1000,
          "type": "string"
        },
        {
          "type": "null"
        }
      ]
    },
    "filter": {
      "additionalProperties": false,
      "description": "Which events are sent",
      "type": "object",
      "properties": {
        "types": {
          "minItems": 1,
          "maxItems": 22,
          "uniqueItems": true,
          "description": "Default: connect, disconnect, boot, status, transaction, meter-values, call and security",
          "type": "array",
          "items": {
            "type": "string",
            "enum": [
              "connect",
              "disconnect",
              "boot",
              "status",
              "transaction",
              "meter-values",
              "call",
              "security",
              "problem",
              "remote-start",
              "authorization",
              "refused",
              "bulk-call",
              "cost",
              "receipt",
              "settlement",
              "tariff",
              "allocation",
              "site-limit",
              "overload",
              "charger-obedience",
              "composite-mismatch"
            ]
          }
        },
        "chargePoints": {
          "minItems": 1,
          "maxItems": 1000,
          "description": "Identities, in upper or lower case. Default: all",
          "type": "array",
          "items": {
            "pattern": "^(?! )[A-Za-z0-9*\\-_=+|@. ]{1,48}(?<! )$",
            "x-rule": "must be 1 to 48 letters, digits, spaces and * - _ = + | @ . without a space at either end",
            "type": "string"
          }
        }
      }
    },
    "scopes": {
      "minItems": 1,
      "maxItems": 5,
      "uniqueItems": true,
      "description": "What the webhook may receive, as scopes of a token: transactions:read for `transaction`, `meter-values`, `remote-start` and `cost`, charge-points:read for the other types, id-tokens:read for id tokens in full, billing:read for `receipt`, sites:read for `allocation`, `site-limit`, `overload` and `charger-obedience`. Default: charge-points:read and transactions:read",
      "type": "array",
      "items": {
        "type": "string",
        "enum": [
          "charge-points:read",
          "transactions:read",
          "id-tokens:read",
          "billing:read",
          "sites:read"
        ]
      }
    },
    "enabled": {
      "description": "Whether events are sent. Events that happen while a webhook is disabled are not kept for it",
      "type": "boolean"
    },
    "secret": {
      "maxLength": 100,
      "description": "`whsec_` and 24 to 64 bytes in base64. Default: a random one. Shown only once",
      "type": "string"
    }
  }
}

export const webhookSchema: Schema = {
  "additionalProperties": false,
  "minProperties": 1,
  "type": "object",
  "properties": {
    "url": {
      "minLength": 1,
      "maxLength": 2000,
      "description": "URL to which events are posted: https, without user and password. Private addresses need WEBHOOK_ALLOWED_NETWORKS",
      "type": "string"
    },
    "description": {
      "anyOf": [
        {
          "maxLength": 1000,
          "type": "string"
        },
        {
          "type": "null"
        }
      ]
    },
    "filter": {
      "additionalProperties": false,
      "description": "Which events are sent",
      "type": "object",
      "properties": {
        "types": {
          "minItems": 1,
          "maxItems": 22,
          "uniqueItems": true,
          "description": "Default: connect, disconnect, boot, status, transaction, meter-values, call and security",
          "type": "array",
          "items": {
            "type": "string",
            "enum": [
              "connect",
              "disconnect",
              "boot",
              "status",
              "transaction",
              "meter-values",
              "call",
              "security",
              "problem",
              "remote-start",
              "authorization",
              "refused",
              "bulk-call",
              "cost",
              "receipt",
              "settlement",
              "tariff",
              "allocation",
              "site-limit",
              "overload",
              "charger-obedience",
              "composite-mismatch"
            ]
          }
        },
        "chargePoints": {
          "minItems": 1,
          "maxItems": 1000,
          "description": "Identities, in upper or lower case. Default: all",
          "type": "array",
          "items": {
            "pattern": "^(?! )[A-Za-z0-9*\\-_=+|@. ]{1,48}(?<! )$",
            "x-rule": "must be 1 to 48 letters, digits, spaces and * - _ = + | @ . without a space at either end",
            "type": "string"
          }
        }
      }
    },
    "scopes": {
      "minItems": 1,
      "maxItems": 5,
      "uniqueItems": true,
      "description": "What the webhook may receive, as scopes of a token: transactions:read for `transaction`, `meter-values`, `remote-start` and `cost`, charge-points:read for the other types, id-tokens:read for id tokens in full, billing:read for `receipt`, sites:read for `allocation`, `site-limit`, `overload` and `charger-obedience`. Default: charge-points:read and transactions:read",
      "type": "array",
      "items": {
        "type": "string",
        "enum": [
          "charge-points:read",
          "transactions:read",
          "id-tokens:read",
          "billing:read",
          "sites:read"
        ]
      }
    },
    "enabled": {
      "description": "Whether events are sent. Events that happen while a webhook is disabled are not kept for it",
      "type": "boolean"
    }
  }
}
