// Put items (JSON, one a line) into dynalite's files as its own PutItem does, keys and indexes, but in batches: no item is there already.
const readline = require('readline')
const [, , engine, path, name] = process.argv
const db = require(engine)
const store = db.create({ path })
const BATCH = 500

function written (batch, to) {
  return new Promise((resolve, reject) => to.batch(batch, (error) => (error ? reject(error) : resolve())))
}

store.getTable(name, async (error, table) => {
  if (error) throw error
  const batches = new Map()
  const add = async (to, key, value) => {
    const batch = batches.get(to) || []
    batches.set(to, batch)
    batch.push({ type: 'put', key, value })
    if (batch.length >= BATCH) {
      batches.delete(to)
      await written(batch, to)
    }
  }
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const item = JSON.parse(line)
    await add(store.getItemDb(name), db.createKey(item, table), item)
    for (const put of db.getIndexActions(table.GlobalSecondaryIndexes, null, item, table).puts) {
      await add(store.getIndexDb('Global', name, put.index), put.key, put.item)
    }
  }
  for (const [to, batch] of batches) await written(batch, to)
  store.db.close(() => process.exit(0))
})
