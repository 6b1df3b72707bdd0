# Registries that forms declare
refusal-registry-similar = There is a registry “{ $current }”; “{ $provided }” differs from it in capitals only.
    .next = Use the same spelling, or choose another name.
refusal-property-similar = The form would add properties to “{ $registry }” that differ from known ones in capitals only.
    .next = Use the same spelling, or choose other names.
refusal-property-twice = Two fields of the form are saved to the same property of “{ $registry }”.
    .next = Save each property from one field.

# The record
record-entity-restore = brought an entry back
record-entity-list = brought in a list of entries
record-entity-list-delete = removed several entries
record-entity-hold = a change to an entry waits for the one before it
record-entity-release = a change to an entry that had waited was made
record-registry-update = changed a registry
record-registry-delete = removed a registry
record-move-in = copied a project from another server
