//! Every pattern on made-up values, in every language: to look at, and for the tests in a browser.
//! It needs no database and is not part of a release build.

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use jiff::civil::date;

use crate::answer::{Answer, Fault, Page, Refusal};
use crate::frame::{Action, Frame, Link, Lock, RailEntry, Reader};
use crate::headers::with_page_layers;
use crate::locale::Locale;
use crate::patterns::*;

/// The gallery and what it needs; complete with layers and assets.
pub fn gallery_router() -> Router {
    let pages = Router::new()
        .route("/gallery", get(gallery))
        .route("/gallery/form", post(|| async { Refusal::not_found() }))
        .route("/gallery/progress", get(progress))
        .route("/gallery/refusal", get(|| async { Answer::<()>::Err(Refusal::not_found().into()) }))
        .route(
            "/gallery/panic",
            get(|| async { None::<()>.map_or_else(|| panic!("a made-up panic"), |()| "") }),
        )
        .route("/gallery/fault", get(|| async { Fault::new(&std::fmt::Error) }));
    with_page_layers(pages).merge(crate::assets::router())
}

#[derive(Template)]
#[template(path = "gallery.html")]
struct Gallery {
    frame: Frame,
    notices: [Notice; 3],
    table: Table,
    empty: Table,
    sealed: Facts,
    steps: Steps,
    errors: ErrorSummary,
    form: Form,
    clocks: Facts,
    problems: [Problem; 2],
    comparison: Comparison,
    confirmation: Confirmation,
    passkey: PasskeyForm,
    progress: Progress,
    map: MapOfPoints,
    estimates: Estimates,
    qr: QrBlock,
    code: CodeBlock,
    history: History,
}

/// The same in three languages.
struct Say(Locale);

impl Say {
    fn it(&self, english: &str, korean: &str, japanese: &str) -> String {
        match self.0 {
            Locale::English => english,
            Locale::Korean => korean,
            Locale::Japanese => japanese,
        }
        .to_owned()
    }
}

fn frame(reader: &Reader, title: String) -> Frame {
    let say = Say(reader.locale);
    let entry = |label: String, href: &str, current: bool, waiting: u32| RailEntry {
        label,
        href: href.to_owned(),
        current,
        waiting,
    };
    Frame {
        mandate: Some(Link::new(
            say.it("Overseas workplaces 2026", "해외 사업장 2026", "海外の職場 2026"),
            "/gallery",
        )),
        rooms: vec![
            entry(say.it("Today", "오늘", "今日"), "/gallery?room=today", false, 3),
            entry(say.it("Visits", "방문", "訪問"), "/gallery?room=visits", false, 0),
            entry(say.it("Submissions", "제출물", "提出物"), "/gallery", true, 12),
            entry(say.it("Registries", "명부", "名簿"), "/gallery?room=registries", false, 0),
            entry(say.it("People", "사람", "人"), "/gallery?room=people", false, 0),
        ],
        cellar: vec![
            entry(say.it("Forms", "양식", "フォーム"), "/gallery?room=forms", false, 0),
            entry(say.it("Members", "구성원", "メンバー"), "/gallery?room=members", false, 0),
            entry(say.it("Ledger", "원장", "台帳"), "/gallery?room=ledger", false, 0),
        ],
        member: Some("Kim Minji 김민지".to_owned()),
        lock: if reader.here.get("locked").is_some() {
            Lock::Locked
        } else {
            Lock::Unlocked { minutes_left: 14 }
        },
        ..Frame::new(reader, title)
    }
    .under(say.it("Submissions", "제출물", "提出物"), "/gallery")
    .under(say.it("Worker interview", "노동자 면담", "労働者の面接"), "/gallery?form=interview")
}

async fn progress(reader: Reader) -> Page<impl Template> {
    #[derive(Template)]
    #[template(
        source = r#"{% extends "layout.html" %}{% block content %}{{ progress }}{% endblock %}"#,
        ext = "html"
    )]
    struct ProgressPage {
        frame: Frame,
        progress: Progress,
    }
    let label = Say(reader.locale).it("Publishing forms", "양식 게시 중", "フォームを公開中");
    let progress = Progress::new(reader.locale, label.clone(), 412, 1300).seconds_left(140);
    Page(ProgressPage { frame: Frame { refresh_seconds: Some(5), ..frame(&reader, label) }, progress })
}

async fn gallery(reader: Reader) -> Answer<(StatusCode, Page<impl Template>)> {
    let l = reader.locale;
    let say = Say(l);
    let form = form(&say);
    let gallery = Gallery {
        notices: notices(&say),
        table: table(&reader),
        empty: Table::new(
            l,
            &reader.here,
            say.it("Visits", "방문", "訪問"),
            say.it(
                "No visit has been asked for yet. Visits begin with a request for access to a site.",
                "아직 요청한 방문이 없습니다. 방문은 장소 접근 요청에서 시작됩니다.",
                "まだ訪問の要請がありません。訪問は現場への立入要請から始まります。",
            ),
        )
        .empty_link(say.it("Ask for access", "접근 요청하기", "立入を要請する"), "/gallery"),
        sealed: sealed(&say),
        steps: steps(&say),
        errors: form.errors(),
        form,
        clocks: clocks(&say),
        problems: problems(&say),
        comparison: comparison(&say),
        confirmation: confirmation(&say),
        passkey: PasskeyForm::using(l, "{}", Form::new(l, "/gallery/form", l.text("confirm-submit"))),
        progress: Progress::new(l, say.it("Publishing forms", "양식 게시 중", "フォームを公開中"), 412, 1300)
            .seconds_left(140),
        map: map(&say),
        estimates: estimates(&say),
        qr: QrBlock::new(
            l,
            say.it("Settings for phone 3", "휴대전화 3의 설정", "電話3の設定"),
            r#"{"general":{"server_url":"https://deungdae.example/v1/key/4f2a/projects/1","form_update_mode":"match_exactly"},"admin":{}}"#,
        )
        .map_err(|cause| Fault::new(&cause))?,
        code: CodeBlock::new(
            say.it("Recovery code", "복구 코드", "復旧コード"),
            "K7QX-3M2P-9FTD-W4RH\nB6NY-8CJE-5VGS-T1ZA",
        )
        .note(say.it(
            "Print it or write it down. It opens your keys when the password is lost, and it is shown only now.",
            "인쇄하거나 적어 두십시오. 비밀번호를 잃었을 때 열쇠를 여는 코드이며 지금만 보입니다.",
            "印刷するか書き留めてください。パスワードを失ったときに鍵を開くもので、今しか表示されません。",
        )),
        history: history(&say),
        frame: frame(&reader, say.it("Worker interview", "노동자 면담", "労働者の面接"))
            .state(say.it("version 4, open on 12 phones", "버전 4, 휴대전화 12대에서 사용 중", "バージョン4、電話12台で使用中"))
            .action(Action::open(say.it("Fill in", "작성하기", "記入する"), "/gallery")),
    };
    Ok((StatusCode::OK, Page(gallery)))
}

fn notices(say: &Say) -> [Notice; 3] {
    [
        Notice::new(
            Tone::Done,
            say.it("Version 4 is published.", "버전 4를 게시했습니다.", "バージョン4を公開しました。"),
        ),
        Notice::new(
            Tone::Warning,
            say.it(
                "Two phones have not sent anything for nine days.",
                "휴대전화 두 대가 9일 동안 아무것도 보내지 않았습니다.",
                "電話2台が9日間何も送っていません。",
            ),
        )
        .link(say.it("Show them", "보기", "表示する"), "/gallery?q=phone"),
        Notice::new(
            Tone::Risk,
            say.it(
                "A person in this record may be at risk: answer within 24 hours.",
                "이 기록의 사람이 위험할 수 있습니다. 24시간 안에 답하십시오.",
                "この記録の人に危険が及ぶおそれがあります。24時間以内に対応してください。",
            ),
        ),
    ]
}

fn table(reader: &Reader) -> Table {
    let (l, say) = (reader.locale, Say(reader.locale));
    let states = vec![
        Choice::new("", say.it("Any", "전체", "すべて")),
        Choice::new("new", say.it("New", "새로 옴", "新着")),
        Choice::new("verified", say.it("Verified", "검증됨", "検証済み")),
    ];
    let mut table = Table::new(
        l,
        &reader.here,
        say.it("Interviews", "면담", "面接"),
        say.it("Nothing was sent.", "온 것이 없습니다.", "届いたものはありません。"),
    )
    .column(Column::new(say.it("Interview", "면담", "面接")).sort("id"))
    .column(Column::new(say.it("Sent", "보낸 때", "送信")).sort("sent"))
    .column(Column::new(say.it("Site", "사업장", "現場")).sort("site"))
    .column(Column::new(say.it("Worker", "노동자", "労働者")))
    .column(Column::new(say.it("Minutes", "분", "分")).sort("minutes").numeric())
    .column(Column::new(say.it("Wage kept", "공제액", "控除額")).numeric())
    .column(Column::new(say.it("State", "상태", "状態")))
    .filter(Field::select("state", say.it("State", "상태", "状態"), states))
    .filter(Field::line("q", say.it("Site contains", "사업장 이름", "現場の名前")))
    .filter(Field::date("since", say.it("Sent since", "보낸 날부터", "送信日から")))
    .count(1_284)
    .turn(None, Some("I-0226"))
    .export("CSV", "/gallery.csv")
    .export("XLSX", "/gallery.xlsx");
    for (row, (minutes, kept)) in
        [(42u32, 1_250.5), (38, 0.0), (55, 12_400.0), (7, 830.25), (61, 990.0)].into_iter().enumerate()
    {
        let worker = match row {
            0 => SealedValue::opened(l, say.it("Name", "이름", "氏名"), "김영희 Kim Yŏnghŭi"),
            1 => SealedValue::closed(l, say.it("Name", "이름", "氏名"), Opening::NotYours),
            _ => SealedValue::closed(
                l,
                say.it("Name", "이름", "氏名"),
                Opening::Now(format!("/gallery/form?{row}")),
            ),
        };
        let state = match row {
            0 => Tag::new(Tone::Done, say.it("Verified", "검증됨", "検証済み")),
            2 => Tag::new(Tone::Risk, say.it("At risk", "위험", "危険")),
            3 => Tag::new(Tone::Warning, say.it("Too short", "너무 짧음", "短すぎる")),
            _ => Tag::new(Tone::Plain, say.it("New", "새로 옴", "新着")),
        };
        let sent = date(2026, 11, 23 - row as i8).at(14, 5 + row as i8, 0, 0);
        table = table.row([
            Cell::link(format!("I-{:04}", 231 - row), format!("/gallery?id={row}")),
            Cell::time(l.moment(sent), sent),
            Cell::new(say.it("Site A, sawmill", "가 사업장, 제재소", "現場A、製材所")),
            Cell::new(worker),
            Cell::new(l.number(minutes)),
            Cell::new(l.decimal(kept, 2)),
            Cell::new(state),
        ]);
    }
    table
}

fn sealed(say: &Say) -> Facts {
    let l = say.0;
    let name = say.it("Name", "이름", "氏名");
    let closed = |opening| SealedValue::closed(l, name.clone(), opening);
    Facts::new()
        .fact(
            say.it("Site", "사업장", "現場"),
            say.it("Site A, sawmill", "가 사업장, 제재소", "現場A、製材所"),
        )
        .fact(name.clone(), SealedValue::opened(l, name.clone(), "김영희 Kim Yŏnghŭi"))
        .fact(say.it("Telephone", "전화", "電話"), closed(Opening::WithReason("/gallery/form".to_owned())))
        .fact(say.it("Health", "건강", "健康"), closed(Opening::Now("/gallery/form".to_owned())))
        .fact(
            say.it("Statement", "진술", "供述"),
            closed(Opening::AfterUnlock("/unlock?next=%2Fgallery".to_owned())),
        )
        .fact(say.it("Handler", "담당자", "担当者"), closed(Opening::NotYours))
}

fn steps(say: &Say) -> Steps {
    Steps::new(
        say.0,
        vec![
            Step::new(StepState::Done, say.it("Access asked", "접근 요청", "立入を要請")).by("Kim Minji · 2 Nov"),
            Step::new(StepState::Done, say.it("Access agreed", "접근 합의", "立入に合意"))
                .by(say.it("Authority A · 9 Nov", "당국 A · 11. 9.", "当局A · 11/9")),
            Step::new(StepState::Current, say.it("Draw committed", "추첨 확약", "抽選を確約"))
                .by(say.it("waiting for authority B", "당국 B를 기다림", "当局Bを待機中"))
                .body(say.it(
                    "Authority B has until Thursday to publish its number. Nothing is to be done here before.",
                    "당국 B는 목요일까지 번호를 공개해야 합니다. 그 전에는 할 일이 없습니다.",
                    "当局Bは木曜日までに番号を公開します。それまで行うことはありません。",
                )),
            Step::new(StepState::Later, say.it("Interviews", "면담", "面接")),
            Step::new(StepState::Skipped, say.it("Second visit", "두 번째 방문", "2回目の訪問"))
                .by(say.it("not needed", "필요 없음", "不要")),
        ],
    )
}

fn form(say: &Say) -> Form {
    Form::new(say.0, "/gallery/form", say.it("Save the visit", "방문 저장", "訪問を保存する"))
        .field(
            Field::line("site", say.it("Site", "사업장", "現場"))
                .hint(say.it(
                    "As the registry writes it.",
                    "명부에 적힌 대로 쓰십시오.",
                    "名簿の表記どおりに。",
                ))
                .value("Site A"),
        )
        .field(Field::email("email", say.it("E-mail", "전자우편", "メール")).value("minji@").error(say.it(
            "Write the whole address, as name@example.org.",
            "주소 전체를 쓰십시오. 예: name@example.org",
            "アドレス全体を書いてください。例: name@example.org",
        )))
        .field(Field::password("password", say.it("Password", "비밀번호", "パスワード")))
        .field(
            Field::date("on", say.it("Date of the visit", "방문 날짜", "訪問の日付"))
                .value("2026-2-31")
                .error(say.0.text(DateFault::NoSuchDay.id())),
        )
        .field(
            Field::select(
                "kind",
                say.it("Kind of place", "장소의 종류", "場所の種類"),
                vec![
                    Choice::new("mill", say.it("Sawmill", "제재소", "製材所")),
                    Choice::new("camp", say.it("Logging camp", "벌목장", "伐採場")),
                ],
            )
            .value("camp"),
        )
        .field(
            Field::radios(
                "notice",
                say.it("Was the visit announced?", "방문을 미리 알렸습니까?", "訪問は予告されましたか。"),
                vec![
                    Choice::new("yes", say.it("Yes", "예", "はい")).hint(say.it(
                        "The site knew the day before we came.",
                        "오기 전날 사업장이 알았음.",
                        "前日に現場が知っていた。",
                    )),
                    Choice::new("no", say.it("No", "아니요", "いいえ")),
                ],
            )
            .value("no"),
        )
        .field(
            Field::checkboxes(
                "conditions",
                say.it("Conditions of access", "접근 조건", "立入の条件"),
                vec![
                    Choice::new("escort", say.it("An escort was present", "동행자가 있었음", "同行者がいた")),
                    Choice::new(
                        "photo",
                        say.it("Photographs were forbidden", "촬영이 금지됨", "撮影が禁じられた"),
                    ),
                ],
            )
            .value("escort"),
        )
        .field(Field::file("roster", say.it("Roster", "명단", "名簿"), ".xlsx,.csv").optional())
        .field(Field::text("remarks", say.it("Remarks", "비고", "備考"), 4).optional())
        .back(say.it("Back to the visits", "방문 목록으로", "訪問の一覧へ"), "/gallery")
}

fn clocks(say: &Say) -> Facts {
    let l = say.0;
    let rule =
        say.it("answer within 14 days (protocol §4)", "14일 안에 답변 (규약 §4)", "14日以内に回答 (規約§4)");
    let today = date(2026, 11, 23);
    Facts::new()
        .fact(
            say.it("Reply of the authority", "당국의 답변", "当局の回答"),
            Clock::by_day(l, date(2026, 11, 26), today, &rule),
        )
        .fact(say.it("Second reading", "두 번째 낭독", "2回目の朗読"), Clock::by_day(l, today, today, &rule))
        .fact(
            say.it("Call back", "다시 전화", "折り返し電話"),
            Clock::by_day(l, date(2026, 11, 21), today, &rule),
        )
}

fn problems(say: &Say) -> [Problem; 2] {
    let l = say.0;
    [
        Problem::new(
            l,
            say.it(
                "There is no list of choices named “yesno”.",
                "‘yesno’라는 선택 목록이 없습니다.",
                "「yesno」という選択肢の一覧がありません。",
            ),
        )
        .at(Place {
            sheet: Some("survey".to_owned()),
            row: Some(214),
            column: Some("type".to_owned()),
            field: Some("paid_in_full".to_owned()),
        })
        .next(say.it(
            "Add it to the sheet “choices”, or write “yes_no”, which is there.",
            "‘choices’ 시트에 추가하거나, 이미 있는 ‘yes_no’로 고치십시오.",
            "シート「choices」に加えるか、すでにある「yes_no」に直してください。",
        )),
        Problem::new(l, l.text("fault-passing")).next(l.text("fault-passing.next")).fault("K7QX-3M2P"),
    ]
}

fn comparison(say: &Say) -> Comparison {
    Comparison::new(
        say.0,
        say.it("Two versions of worker W-0117", "노동자 W-0117의 두 판", "労働者W-0117の二つの版"),
    )
    .side(say.it("Version 3", "버전 3", "バージョン3"), "Kim Minji · 21 Nov")
    .side(
        say.it("Version 3, another phone", "버전 3, 다른 휴대전화", "バージョン3、別の電話"),
        "Phone 7 · 22 Nov",
    )
    .row(say.it("Name", "이름", "氏名"), &[Some("김영희"), Some("김영휘")])
    .row(say.it("Romanised", "로마자", "ローマ字"), &[Some("Kim Yŏnghŭi"), Some("Kim Younghui")])
    .row(
        say.it("Occupation", "직업", "職業"),
        &[Some(&say.it("sawyer", "제재공", "製材工")), Some(&say.it("sawyer", "제재공", "製材工"))],
    )
    .row(say.it("Since", "시작", "開始"), &[Some("2023-04"), None])
}

fn confirmation(say: &Say) -> Confirmation {
    let verb = say.it("Erase interview I-0231", "면담 I-0231 지우기", "面接I-0231を消去する");
    Confirmation::new(
        say.0,
        say.it("Erase interview I-0231?", "면담 I-0231을 지우겠습니까?", "面接I-0231を消去しますか。"),
        verb,
        "/gallery/form",
        "/gallery",
    )
    .consequence(say.it(
        "The answers of one worker are destroyed on this server; backups lose them by 23 December 2026.",
        "노동자 한 사람의 답이 이 서버에서 파기되며, 백업에서는 2026년 12월 23일까지 사라집니다.",
        "労働者1人の回答がこのサーバーで破棄され、バックアップからは2026年12月23日までに消えます。",
    ))
    .consequence(say.it(
        "The ledger keeps a commitment without personal data.",
        "원장에는 개인정보가 없는 확약만 남습니다.",
        "台帳には個人情報のない確約だけが残ります。",
    ))
    .field(Field::line("reason", say.it("Reason", "사유", "理由")))
}

fn map(say: &Say) -> MapOfPoints {
    let places = [
        (39.03, 125.75, "Site A"),
        (38.01, 125.71, "Site B"),
        (39.83, 127.62, "Site C"),
        (41.79, 129.77, "Site D"),
        (40.10, 124.39, "Site E"),
    ];
    let empty =
        say.it("No site has coordinates.", "좌표가 있는 사업장이 없습니다.", "座標のある現場はありません。");
    let map = MapOfPoints::new(say.0, say.it("Sites", "사업장", "現場"), empty);
    places.into_iter().fold(map, |map, (latitude, longitude, label)| {
        map.point(MapPoint {
            latitude,
            longitude,
            label: label.to_owned(),
            href: Some("/gallery".to_owned()),
        })
    })
}

fn estimates(say: &Say) -> Estimates {
    let row = |label: String, value, low, high, n, representative| Estimate {
        label,
        value,
        low,
        high,
        n,
        representative,
    };
    Estimates::new(
        say.0,
        say.it(
            "Between 58 and 71 of 100 workers do not hold their own passport",
            "노동자 100명 중 58~71명이 자기 여권을 갖고 있지 않다",
            "労働者100人のうち58~71人が自分の旅券を持っていない",
        ),
        say.it(
            "Stratified draw V-014, 312 interviews, November 2026; logit interval.",
            "층화 추첨 V-014, 면담 312건, 2026년 11월; 로짓 구간.",
            "層化抽選V-014、面接312件、2026年11月;ロジット区間。",
        ),
        " %",
        (0.0, 100.0),
    )
    .row(row(say.it("All workers", "전체 노동자", "全労働者"), 64.6, 58.2, 70.6, 312, true))
    .row(row(say.it("Sawmill", "제재소", "製材所"), 71.2, 62.0, 79.1, 141, true))
    .row(row(say.it("Logging camp", "벌목장", "伐採場"), 48.0, 30.4, 66.1, 31, false))
}

fn history(say: &Say) -> History {
    let when = |day: i8| say.0.moment(date(2026, 11, day).at(9, 30, 0, 0));
    History::new(say.it("History", "이력", "履歴"))
        .entry(
            when(23),
            "Kim Minji 김민지",
            say.it("published version 4", "버전 4를 게시함", "バージョン4を公開"),
        )
        .entry(
            when(21),
            "Yamada Tarō 山田太郎",
            say.it("uploaded a workbook", "통합 문서를 올림", "ブックを登録"),
        )
        .entry(
            when(20),
            "Kim Minji 김민지",
            say.it("opened a name: “call back”", "이름을 열람함: ‘다시 전화’", "氏名を開封:「折り返し電話」"),
        )
}
