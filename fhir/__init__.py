"""The shared FHIR kit: datatypes, search, bundles, outcomes and the registry; knows no subject and owns no tables."""
