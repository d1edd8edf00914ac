package io.petacore.etcd;

import io.petacore.PackageRulesTest;

/** Checks the package rules with the packages of this module. */
class EtcdPackageRulesTest extends PackageRulesTest {}
