//! Small forms, and submissions to them.

const HEAD: &str = r#"<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms" xmlns:odk="http://www.opendatakit.org/xforms" xmlns:entities="http://www.opendatakit.org/xforms/entities" xmlns:dg="https://deungdae.org/xforms">"#;

/// A visit: one open field, one sensitive, one that tells who somebody is, a repeat, a picture.
pub fn visit(form_id: &str, version: &str) -> String {
    format!(
        r#"{HEAD}<h:head><h:title>Visit &amp; 방문</h:title><model odk:xforms-version="1.0.0"><instance><data id="{form_id}" version="{version}"><site/><remark/><name/><person><age/></person><photo/><orx:meta><orx:instanceID/></orx:meta></data></instance>
<bind nodeset="/data/site" type="string" dg:class="open"/><bind nodeset="/data/remark" type="string" dg:class="sensitive"/><bind nodeset="/data/name" type="string" dg:class="identity"/><bind nodeset="/data/person/age" type="int" dg:class="sensitive"/><bind nodeset="/data/photo" type="binary" dg:class="identity"/><bind nodeset="/data/orx:meta/orx:instanceID" type="string" jr:preload="uid" dg:class="open"/></model></h:head><h:body><input ref="/data/site"><label>Site</label></input><input ref="/data/remark"><label>Remark</label></input><input ref="/data/name"><label>Name</label></input><group ref="/data/person"><label>P</label><repeat nodeset="/data/person"><input ref="/data/person/age"><label>Age</label></input></repeat></group><upload ref="/data/photo" mediatype="image/*"><label>Photo</label></upload></h:body></h:html>"#
    )
}

/// A form without identity, that makes an entity in `sites` and shows `sites.csv` and a picture.
pub fn sites(version: &str) -> String {
    format!(
        r#"{HEAD}<h:head><h:title>Sites</h:title><model odk:xforms-version="1.0.0" entities:entities-version="2024.1.0"><itext><translation lang="en"><text id="map"><value>Map</value><value form="image">jr://images/map.png</value></text></translation></itext><instance><data id="sites" version="{version}"><town/><near/><orx:meta><orx:instanceID/><entity dataset="sites" create="1" id=""><label/></entity></orx:meta></data></instance><instance id="sites" src="jr://file-csv/sites.csv"/>
<bind nodeset="/data/town" type="string" dg:class="open" entities:saveto="town"/><bind nodeset="/data/near" type="string" dg:class="open"/><bind nodeset="/data/orx:meta/orx:instanceID" type="string" jr:preload="uid" dg:class="open"/><bind nodeset="/data/orx:meta/entity/@id" type="string"/><bind nodeset="/data/orx:meta/entity/label" calculate="/data/town" type="string"/></model></h:head><h:body><input ref="/data/town"><label ref="jr:itext('map')"/></input><select1 ref="/data/near"><label>Near</label><itemset nodeset="instance('sites')/root/item"><value ref="name"/><label ref="label"/></itemset></select1></h:body></h:html>"#
    )
}

/// A submission to [`visit`].
pub fn visited(form_id: &str, version: &str, instance: &str, extra: &str, photo: &str) -> String {
    format!(
        r#"<?xml version='1.0' ?><data id="{form_id}" version="{version}" xmlns:orx="http://openrosa.org/xforms"><site>평양 어린이집</site><remark>Seen &amp; weighed</remark><name>김영희</name><person><age>7</age></person><person><age>9</age></person><photo>{photo}</photo><orx:meta><orx:instanceID>{instance}</orx:instanceID>{extra}</orx:meta></data>"#
    )
}

/// A submission to [`sites`].
pub fn founded(version: &str, number: u32, town: &str) -> String {
    format!(
        r#"<data id="sites" version="{version}" xmlns:orx="http://openrosa.org/xforms"><town>{town}</town><near/><orx:meta><orx:instanceID>uuid:site-{number}</orx:instanceID><entity dataset="sites" create="1" id="00000000-0000-4000-8000-{number:012}"><label>{town}</label></entity></orx:meta></data>"#
    )
}
