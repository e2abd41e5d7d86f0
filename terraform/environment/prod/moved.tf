# What an earlier version made is kept, and called otherwise. To be taken out with the next major version.

moved {
  from = module.cluster_cleanup
  to   = module.fleet.module.cluster_cleanup
}

moved {
  from = module.db_users
  to   = module.fleet.module.db_users
}

moved {
  from = module.key_rotation
  to   = module.fleet.module.key_rotation
}

moved {
  from = module.operations
  to   = module.fleet.module.operations
}

moved {
  from = module.overview
  to   = module.fleet.module.overview
}
