# 電話やプログラムへの返答:何がなぜ受け付けられないか。

refusal-submission = 読み取れる提出データではありません。
    .next = 何も保存されていません。電話からもう一度送ってください。再び拒否されたら、電話に残したままサーバーの担当者に知らせてください。
refusal-different-submission = 識別子 { $instance } の提出データはすでにあり、内容が異なります。
    .next = 何も変更されていません。内容を変えた提出データには新しい識別子が必要です。
refusal-form-unknown = フォーム「{ $form }」の版 { $version } はここにありません。
    .next = 提出データを消さずにフォームを取り直し、フォームの担当者に問い合わせてください。
refusal-mandate-archived = この任務は保管されているため、新しいフォームは始められません。
    .next = 作業が続く場合は、任務を管理する人が設定で保管を解除できます。
refusal-form-closed = フォーム「{ $form }」は提出の受付を終了しました。
    .next = 提出データを消さずにフォームの担当者に問い合わせてください。
refusal-deprecated-unknown = 修正の対象となる提出データ { $instance } がここにありません。
    .next = 最初の提出データを先に送ってください。
refusal-deprecated-old = 提出データ { $instance } はその間にほかの人が修正しました。
    .next = 最新の版を取得して、もう一度修正してください。
refusal-device-unknown = 登録されていないか、解除された電話です。
    .next = 新しいQRコードを受け取り、この電話で読み取ってください。
refusal-file-too-large = { $megabytes } MBを超えるファイルがあります。
    .next = 写真や録音をより小さいサイズで作り直してください。
