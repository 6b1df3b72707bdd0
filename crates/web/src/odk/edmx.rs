//! The description of a form's OData feed: EDMX, as ODK Central writes it.

use desk::{Layout, Node, Table, sanitized};

use super::xml::escaped;

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0">
  <edmx:DataServices>
    <Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="org.opendatakit.submission">
      <ComplexType Name="metadata">
        <Property Name="submissionDate" Type="Edm.DateTimeOffset"/>
        <Property Name="updatedAt" Type="Edm.DateTimeOffset"/>
        <Property Name="submitterId" Type="Edm.String"/>
        <Property Name="submitterName" Type="Edm.String"/>
        <Property Name="attachmentsPresent" Type="Edm.Int64"/>
        <Property Name="attachmentsExpected" Type="Edm.Int64"/>
        <Property Name="status" Type="org.opendatakit.submission.Status"/>
        <Property Name="reviewState" Type="org.opendatakit.submission.ReviewState"/>
        <Property Name="deviceId" Type="Edm.String"/>
        <Property Name="edits" Type="Edm.Int64"/>
        <Property Name="formVersion" Type="Edm.String"/>
        <Property Name="deletedAt" Type="Edm.DateTimeOffset"/>
      </ComplexType>
      <EnumType Name="Status">
        <Member Name="notDecrypted"/>
        <Member Name="missingEncryptedFormData"/>
      </EnumType>
      <EnumType Name="ReviewState">
        <Member Name="hasIssues"/>
        <Member Name="edited"/>
        <Member Name="rejected"/>
        <Member Name="approved"/>
      </EnumType>
    </Schema>
"#;

const CAPABILITIES_BEFORE: &str = r#"          <Annotation Term="Org.OData.Capabilities.V1.ConformanceLevel" EnumMember="Org.OData.Capabilities.V1.ConformanceLevelType/Minimal"/>
          <Annotation Term="Org.OData.Capabilities.V1.BatchSupported" Bool="false"/>
          <Annotation Term="Org.OData.Capabilities.V1.CountRestrictions">
            <Record><PropertyValue Property="Countable" Bool="true"/></Record>
          </Annotation>
          <Annotation Term="Org.OData.Capabilities.V1.FilterFunctions">
            <Record>
              <PropertyValue Property="NonCountableProperties">
                <Collection>
                  <String>eq</String>
                </Collection>
              </PropertyValue>
            </Record>
          </Annotation>
          <Annotation Term="Org.OData.Capabilities.V1.FilterFunctions">
            <Record>
              <PropertyValue Property="Filterable" Bool="true"/>
              <PropertyValue Property="RequiresFilter" Bool="false"/>
              <PropertyValue Property="NonFilterableProperties">
                <Collection>
"#;

const CAPABILITIES_AFTER: &str = r#"                </Collection>
              </PropertyValue>
            </Record>
          </Annotation>
          <Annotation Term="Org.OData.Capabilities.V1.SortRestrictions">
            <Record><PropertyValue Property="Sortable" Bool="false"/></Record>
          </Annotation>
          <Annotation Term="Org.OData.Capabilities.V1.ExpandRestrictions">
            <Record><PropertyValue Property="Expandable" Bool="false"/></Record>
          </Annotation>
"#;

fn type_of(odk_type: &str) -> &'static str {
    match odk_type {
        "int" => "Edm.Int64",
        "decimal" => "Edm.Decimal",
        "boolean" => "Edm.Boolean",
        "geopoint" => "Edm.GeographyPoint",
        "geotrace" => "Edm.GeographyLineString",
        "geoshape" => "Edm.GeographyPolygon",
        "date" => "Edm.Date",
        "dateTime" => "Edm.DateTimeOffset",
        _ => "Edm.String",
    }
}

fn dotted(path: &str) -> String {
    path.split('/').map(sanitized).collect::<Vec<_>>().join(".")
}

/// The name of a table's set of rows.
pub(super) fn set_name(table: &Table) -> String {
    if table.path.is_empty() {
        "Submissions".to_owned()
    } else {
        format!("Submissions.{}", dotted(&table.path))
    }
}

struct Writer {
    base: String,
    text: String,
    /// Groups, which come behind the tables: their paths and what they hold.
    groups: Vec<String>,
}

impl Writer {
    fn properties(&mut self, nodes: &[Node]) -> String {
        let mut text = String::new();
        let base = self.base.clone();
        for node in nodes {
            let line = match node {
                Node::Value(column) => {
                    let (name, kind) = (sanitized(&column.name), type_of(&column.odk_type));
                    format!("        <Property Name=\"{}\" Type=\"{kind}\"/>\n", escaped(&name))
                }
                Node::Group { name, path, nodes } => {
                    let place = self.groups.len();
                    self.groups.push(String::new());
                    let inside = self.properties(nodes);
                    let of = escaped(&dotted(path)).into_owned();
                    if let Some(group) = self.groups.get_mut(place) {
                        *group = format!("      <ComplexType Name=\"{of}\">\n{inside}      </ComplexType>\n");
                    }
                    let name = sanitized(name);
                    format!("        <Property Name=\"{}\" Type=\"{base}.{of}\"/>\n", escaped(&name))
                }
                Node::Repeat { name, path, .. } => {
                    let (name, of) = (sanitized(name), dotted(path));
                    format!(
                        "        <NavigationProperty Name=\"{}\" Type=\"Collection({base}.Submissions.{})\"/>\n",
                        escaped(&name),
                        escaped(&of)
                    )
                }
            };
            text.push_str(&line);
        }
        text
    }
}

/// The description of a form's tables.
pub(super) fn edmx(form_id: &str, layout: &Layout) -> String {
    let base = format!("org.opendatakit.user.{}", escaped(&sanitized(form_id)));
    let mut writer = Writer { base: base.clone(), text: HEAD.to_owned(), groups: Vec::new() };
    writer.text.push_str(&format!(
        "    <Schema xmlns=\"http://docs.oasis-open.org/odata/ns/edm\" Namespace=\"{base}\">\n"
    ));
    for table in &layout.tables {
        let name = escaped(&set_name(table)).into_owned();
        writer.text.push_str(&format!(
            "      <EntityType Name=\"{name}\">\n        <Key><PropertyRef Name=\"__id\"/></Key>\n        \
             <Property Name=\"__id\" Type=\"Edm.String\"/>\n"
        ));
        match table.parent.and_then(|parent| layout.tables.get(parent)) {
            None => writer.text.push_str(
                "        <Property Name=\"__system\" Type=\"org.opendatakit.submission.metadata\"/>\n",
            ),
            Some(around) => {
                let parent = set_name(around).replace('.', "-");
                writer.text.push_str(&format!(
                    "        <Property Name=\"__{}-id\" Type=\"Edm.String\"/>\n",
                    escaped(&parent)
                ));
            }
        }
        let properties = writer.properties(&table.nodes);
        writer.text.push_str(&properties);
        writer.text.push_str("      </EntityType>\n");
    }
    let groups = std::mem::take(&mut writer.groups).concat();
    writer.text.push_str(&groups);
    writer.text.push_str(&format!("      <EntityContainer Name=\"{}\">\n", escaped(form_id)));
    for table in &layout.tables {
        let name = escaped(&set_name(table)).into_owned();
        writer.text.push_str(&format!("        <EntitySet Name=\"{name}\" EntityType=\"{base}.{name}\">\n"));
        if table.parent.is_none() {
            writer.text.push_str(CAPABILITIES_BEFORE);
            for node in &table.nodes {
                let name = match node {
                    Node::Value(column) => &column.name,
                    Node::Group { name, .. } | Node::Repeat { name, .. } => name,
                };
                let name = sanitized(name);
                writer.text.push_str(&format!(
                    "                  <PropertyPath>{}</PropertyPath>\n",
                    escaped(&name)
                ));
            }
            writer.text.push_str(CAPABILITIES_AFTER);
        }
        writer.text.push_str("        </EntitySet>\n");
    }
    writer.text.push_str("      </EntityContainer>\n    </Schema>\n  </edmx:DataServices>\n</edmx:Edmx>");
    writer.text
}
