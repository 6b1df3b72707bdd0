# 書類の抽選：面談する人と同じ数を、独立した抽選で。

visit-files-title = 記録の抽選
visit-files-says = 誰の書類を読むかは、独立した抽選で決めます。面談する人と同じ数を、同じ確定名簿から、別の乱数で選びます。誰が話したかは何も分かりません。
visit-files-all = 書類の抽選（順番どおり）
visit-files-none = 書類の抽選はまだありません。
visit-files-begin = 記録の抽選を始める
visit-files-one = 記録の抽選 { $number }
visit-files-not-yet = 書類は人と同じ数だけ選びます。先に人の抽選を公示してください。
visit-files-as-many = 抽選 { $draw } の人数と同じ { $n } 件の書類を選びます。
visit-files-scheme = 書類をどのように選びますか？
visit-files-step-field = 書類を求めて読む
visit-files-next-field = 記録を検討する人が書類の一覧を開きます。提示されたもの、拒否されたものを記録してください。拒否された書類を他のもので補うことはしません。
visit-files-secret = 非公開：誰の書類が選ばれたか。一覧は記録を検討する人だけが開けるよう封印されています。
visit-files-list = 書類の一覧
visit-files-list-says = 書類を読む対象の人の氏名と番号、それぞれのコードです。面談とは別に選んだため、誰が話したかは分かりません。
visit-files-shown = これらの書類をすべて一度に求め、それぞれ { $periods } つの賃金期間（繁忙期・閑散期・直近）を読んでください。様式にはコードだけを書き、氏名や番号は書かないでください。
visit-files-caption = 求める書類
visit-files-nothing = 書類はありません。
visit-files-code = コード
visit-files-codes = 記録の検討用のコード
visit-files-drawn = 選ばれた書類

refusal-records-no-draw = 何も選んでいません。書類は人と同じ数だけ選びますが、公示された人の抽選がありません。
    .next = 先に人の抽選を公示してください。
refusal-records-not-yours = 一覧は開きません。記録を検討する人に封印されており、あなたにはその鍵がありません。
    .next = 記録検討員か、鍵を渡す人に依頼してください。
refusal-records-no-list = 書類の一覧がありません。この抽選には結果がないか、無効です。
    .next = 先に抽選の結果を出すか、後の抽選の一覧を開いてください。
refusal-finding-place = 登録簿 { $registry } に「{ $place }」という場所がありません。何も記録していません。
    .next = 登録簿にあるコードを書くか、先にその場所を登録してください。
