// The bot SDK names some of these while it is loaded, and calls none without a crypto store.
"use strict";
module.exports = { StoreType: { Sled: 0, Sqlite: 1 } };
