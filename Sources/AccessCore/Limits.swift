/// Every bound on what may grow, in one place.
package enum Limits {
  // What people send.
  package static let bodyBytesMax = 64 * 1_024
  package static let writtenTextBytesMax = 2_048
  package static let idempotencyKeyBytesMax = 128
  package static let idempotencyKeptMs: Int64 = 24 * 3_600_000
  /// Writes of one caller in `rateWindowMs`; far above a person with 1,000 requests a day.
  package static let writesPerWindowMax = 600
  package static let rateWindowMs: Int64 = 60_000
  /// Open files: the soft limit is raised to this, if the hard one allows it.
  package static let descriptorsWanted = 16_384
  /// With fewer the start warns.
  package static let descriptorsEnough = 512
  package static let idleConnectionSecondsMax: Int64 = 60
  package static let listedRequestsMax = 1_000

  // What stays open.
  package static let openRequestsPerPersonMax = 1_000
  package static let openRequestsMax = 100_000
  package static let tokensMax = 10_000
  package static let lockdownsMax = 1_000
  package static let tokenLifetimeMax = 366 * 86_400
  /// Of these the last ones on a database stand in `jit show`, as many as `grantsShownMax`.
  package static let grantsRememberedMax = 50
  package static let grantsShownMax = 3
  /// Of what a request would give access to, as `jit show` lists it.
  package static let tablesShownMax = 20
  /// Names that stand in one sentence for people.
  package static let namesShownMax = 5
  /// A person's grants that are looked at for what the person had before.
  package static let grantsLookedBackMax = 1_000
  /// Freezes and windows that follow each other, when it is told how long access is stopped.
  package static let stopsInARowMax = 100
  package static let startAheadMsMax: Int64 = 90 * 86_400_000

  // The ledger.
  package static let entryBytesMax = 65_535
  package static let commitEntriesMax = 1_024
  /// Refused attempts of one caller at one thing within this time are one entry.
  package static let refusalWindowMs: Int64 = 60_000
  /// Kinds of refused attempts that are told apart at one time; the rest are counted together.
  package static let refusalKindsMax = 1_000

  /// Signs of a rollback that are kept until somebody answers for it.
  package static let rollbackSignsMax = 100
  package static let heartbeatMs: Int64 = 3_600_000
  package static let scrubIntervalMs: Int64 = 24 * 3_600_000
  package static let scrubRetryMs: Int64 = 60_000
  package static let scrubPageEntries: Int64 = 256

  // What the broker does.
  /// Within this time after a look, an activation trusts what it said about grant options.
  package static let grantOptionsRememberedMs: Int64 = 10_000
  package static let clockSkewMsMax: Int64 = 1_000
  /// Of one kind, triggers and the like, that are kept by name of what scopes were before a grant.
  package static let snapshotListedMax = 200
  /// For so long a look at scopes serves activations.
  package static let snapshotRememberedMs: Int64 = 1_000
  /// Roles that the scopes of one grant lead to; an entry has to hold them.
  package static let reachMax = 100
  /// Roles that are ended together. What is due while so many batches are under way on a database
  /// becomes the next one: few looks at the server then serve many.
  package static let revocationBatchMax = 100
  package static let revocationBatchesPerDatabaseMax = 3
  /// Revocations that did not go smoothly, each by itself. Many more than there are connections:
  /// each step waits for its turn behind the same step of the others, so that all sessions end
  /// before the first role is cleaned up.
  package static let revocationsAlonePerDatabaseMax = 64
  /// Of the statements of one apply, as much as its entry shows: six times as much, if every
  /// character had to be escaped, still fits.
  package static let statementBytesInEntryMax = 8_000
  /// Things in the way of a revocation that an entry names; an entry has to hold them.
  package static let residueListedMax = 100
  package static let residueBytesMax = 32_768
  /// Of each kind of thing in a database so many are named; the rest are counted.
  package static let residueOfAKindMax = 20
  /// Characters of what is told about an obstacle: it has the server's words, and names in them.
  package static let obstacleNoteMax = 4_000
  /// Locks that one transaction of a cleaning takes, about: the server's table of them is the
  /// application's as well.
  package static let portionMax = 250
  package static let loopIntervalMs: Int64 = 1_000
  package static let retryFirstMs: Int64 = 250
  package static let retryMaxMs: Int64 = 30_000
  /// Where the server had no room: each attempt takes from the application what there is.
  package static let retryExhaustedMs: Int64 = 180_000
  package static let reconcileIntervalMs: Int64 = 60_000
  /// Differences of one role that an entry names; an entry has to hold them.
  package static let driftListedMax = 40
  package static let driftTextMax = 200
  /// Roles of others that are remembered for looking like ours.
  package static let strangersMax = 100
  /// Roles that are looked at in one census beside the expected ones, of ours and of others'.
  package static let surveyedMax = 1_000
  /// For everything that a dead man's switch does on one server.
  package static let reapSecondsMax: Int64 = 30
  package static let reapsAtOnceMax = 8
  package static let notifySecondsMax: Int64 = 10
  package static let notificationsWaitingMax = 1_000
  /// Of what the notify program prints, the part that is in the log.
  package static let notifyOutputBytesMax = 4_096
  /// Of the log, while nobody reads it.
  package static let logBytesWaitingMax = 1 << 20
}
