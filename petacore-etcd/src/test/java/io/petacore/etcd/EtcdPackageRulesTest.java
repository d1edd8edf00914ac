package io.petacore.etcd;

import io.petacore.testing.PackageRules;

/** The package table, with this module's packages on the class path. */
class EtcdPackageRulesTest extends PackageRules {}
